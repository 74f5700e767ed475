"""Every letter there is, as it would leave: its parts, its links, its size and its words."""

import re
import tomllib
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from flask import current_app

from marketplace.mail.checking import faults
from marketplace.mail.letters import as_email
from marketplace.mail.mailers import letter_of
from marketplace.mail.models import MailMessage, Stream
from marketplace.paths import ROOT, TEMPLATES
from marketplace.subscriptions import gallery
from marketplace.subscriptions.gallery import Example
from tests.apps import another_app
from tests.factories import NOON

LETTERS = gallery.folders()
PARTS = {"subject.txt", "body.txt", "body.html"}
STIFF = re.compile(
    r"please note|please be advised|kindly|do not hesitate|click here|leverage|utili[sz]e|dear (?:user|sir)"
    r"|in order to|as per|hereby|going forward|touch base|amazing|exciting",
    re.IGNORECASE,
)
PAGES_OF_NOTICES = {"http://localhost/needs/14", "http://localhost/opportunities/9"}  # the digest’s titles
WORDS_IN_A_SENTENCE = 25  # on average


def sentences(text: str) -> list[str]:
    """The sentences of the text part, without addresses and the lines that only name something."""
    body = re.sub(r"https?://\S+", "", text.partition("\n-- \n")[0])
    lines = [line.strip(" -\t") for line in body.splitlines()]
    found = re.split(r"(?<=[.?:])\s+", " ".join(line for line in lines if line))
    return [each for each in found if each]


def links_of(example: Example) -> set[str]:
    page = BeautifulSoup(example.html, "html.parser")
    return {str(link["href"]) for link in page.find_all("a", href=True)}


@pytest.fixture(scope="module")
def without_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An application whose database is empty: an example is words and templates alone."""
    with another_app(tmp_path_factory.mktemp("examples")) as app, app.app_context():
        yield


@pytest.fixture
def example(without_tables: None, request: pytest.FixtureRequest) -> Example:
    return gallery.example(request.param)


every_letter = pytest.mark.parametrize("example", LETTERS, indirect=True)


def test_no_letter_lacks_an_example_and_no_example_its_letter():
    assert len(LETTERS) > 45
    assert set(gallery.examples()) - {gallery.COMMON} == set(LETTERS)


@pytest.mark.parametrize("name", LETTERS)
def test_each_letter_is_a_folder_of_three_templates(name):
    assert {path.name for path in (TEMPLATES / "email" / name).iterdir()} == PARTS


def test_every_letter_that_the_program_writes_has_its_templates():
    called = re.compile(r"""(?:mail\.queue|tell|_write|tell_supplier)\(\s*(?:response,\s*)?"([a-z_]+)",""")
    templates = re.compile(r'template="([a-z_]+)"')
    written = {
        name
        for path in (ROOT / "marketplace").rglob("*.py")
        for pattern in (called, templates)
        for name in pattern.findall(path.read_text("utf-8"))
    }

    assert len(written) > 20
    assert written <= set(LETTERS)


@every_letter
def test_every_letter_passes_the_checks_of_what_leaves(example):
    message = MailMessage(
        id=7, stream=example.stream, address="maureen@hall.example", subject=example.subject,
        text=example.text, html=example.html, unsubscribe_url=example.unsubscribe_url,
        reply_to=example.reply_to, template="", created_at=NOON,
    )  # fmt: skip

    assert faults(as_email(letter_of(message, current_app.config["SETTINGS"])), stream=example.stream) == []


@every_letter
def test_every_letter_says_the_same_in_both_parts(example):
    assert example.text.count("\n\n\n") == 0
    only_html = {"http://localhost"} if example.name != "digest" else {"http://localhost", *PAGES_OF_NOTICES}
    assert links_of(example) - only_html <= set(re.findall(r"https?://\S+", example.text))


@every_letter
def test_every_letter_has_one_heading_a_title_and_links_with_words(example):
    page = BeautifulSoup(example.html, "html.parser")

    assert len(page.find_all("h1")) == 1
    assert page.title.get_text() == example.subject
    assert page.html["lang"] == "en-GB"
    assert all(link.get_text(strip=True) for link in page.find_all("a"))
    assert page.find_all(["script", "form", "img", "iframe", "object"]) == []


@every_letter
def test_every_letter_says_why_it_came_and_all_that_can_be_stopped_say_how(example):
    assert re.search(r"You get this (e-mail|letter) .*because", example.text)
    can_stop = example.stream is not Stream.ACCOUNT
    assert ("Stop these e-mails: http://localhost/letters/stop/" in example.text) is can_stop
    assert ("Choose which letters come" in example.text) is can_stop


@every_letter
def test_every_letter_is_written_in_plain_words(example):
    said = f"{example.subject}\n{example.text}"
    lengths = [len(each.split()) for each in sentences(example.text)]

    assert "!" not in said
    assert STIFF.findall(said) == []
    assert sum(lengths) / len(lengths) <= WORDS_IN_A_SENTENCE
    assert not re.search(r"\b(None|True|False|Undefined)\b|\{\{|\{%|<[a-z]", said)


def test_the_examples_are_one_table_that_says_nothing_twice():
    text = (ROOT / "marketplace" / "subscriptions" / "examples.toml").read_text("utf-8")

    assert tomllib.loads(text) == gallery.examples()
