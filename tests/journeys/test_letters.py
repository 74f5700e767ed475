"""Journey 15: what the links of a letter lead to without signing in: answering, stopping, renewing."""

import email
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from playwright.sync_api import Browser, Page

from marketplace import clock, outbox
from marketplace.extensions import db
from marketplace.listings import renewing
from marketplace.listings.models import Listing
from marketplace.mail import checking
from marketplace.mail.letters import as_bytes
from marketplace.mail.mailers import letter_of
from marketplace.mail.models import MailMessage, Stream
from tests.apps import another_app
from tests.journeys.conftest import AXE, PATIENCE, RULES, Someone
from tests.journeys.scenes import HILARY, MAUREEN, put_up_need

SAM = "sam@pitmans-yard-developments.example"  # a developer, with five things in the letter
NORMA = "norma@rookhope-road-coaches.example"  # a small firm
CHANGED_BY_ANSWERS = ("digest", "digest_item", "match", "mail_choice", "suppression", "user", "listing")
HERE = "http://127.0.0.1:8000"  # as the letters of the demo have it, wherever it is served
LOOKS = [(width, look) for width in (320, 640) for look in ("light", "dark")]


def parsed(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=default)


def letters_to(folder: Path, address: str, *, about: str = "") -> list[EmailMessage]:
    """The letters that were sent to somebody and have these words in the subject."""
    found = (parsed(path) for path in sorted((folder / "mail").glob("*.eml")))
    return [each for each in found if each["To"] == address and about in each["Subject"]]


def part(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def path_of(link: str) -> str:
    """Where a link of ours leads, on whichever port the site is served."""
    parts = urlsplit(link)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def links_of(letter: EmailMessage, words: str = "") -> list[str]:
    """The paths of its links with these words, in order."""
    page = BeautifulSoup(part(letter, "html"), "html.parser")
    found = page.find_all("a", href=True)
    return [path_of(str(each["href"])) for each in found if words in each.get_text()]


def stop_of(letter: EmailMessage) -> str:
    return path_of(str(letter["List-Unsubscribe"]).strip("<>"))


def digest_of(someone: Someone, address: str) -> EmailMessage:
    (letter, *_) = letters_to(someone.data_dir, address)
    return letter


def arrived(someone: Someone, address: str, *, about: str) -> EmailMessage:
    """The letter about this, once it was sent, by us or by the site’s own worker."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := letters_to(someone.data_dir, address, about=about):
            return found[0]
        someone.page.wait_for_timeout(100)
    raise AssertionError(f"no letter about {about} came to {address}")


@pytest.fixture
def plain_page(_browser: Browser) -> Iterator[Page]:
    """A window that knows nothing of the site, as a mail program is one."""
    page = _browser.new_page()
    yield page
    page.close()


@pytest.fixture
def demo_app(_demo: Path, tmp_path: Path) -> Iterator[Flask]:
    """The demo as it was loaded, with nobody at work on it, so that a change is ours."""
    folder = tmp_path / "data"
    shutil.copytree(_demo, folder)
    with opened(folder) as app:
        yield app


@pytest.fixture
def long_letters(_demo: Path) -> list[str]:
    """The HTML of the five largest digests."""
    paths = sorted((_demo / "mail").glob("*.eml"), key=lambda path: path.stat().st_size)
    return [part(parsed(path), "html") for path in paths[-5:]]


@pytest.mark.parametrize(("width", "look"), LOOKS)
def test_digests_read_well_on_a_telephone_and_a_desk_light_and_dark(long_letters, plain_page, width, look):
    plain_page.set_viewport_size({"width": width, "height": 900})
    plain_page.emulate_media(color_scheme=look)
    for html in long_letters:
        plain_page.set_content(html)

        assert plain_page.evaluate("document.documentElement.scrollWidth") <= width
        shade = plain_page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert shade == ("rgb(21, 26, 24)" if look == "dark" else "rgb(251, 250, 247)")
    plain_page.evaluate(AXE.read_text("utf-8"))
    # A letter stands in a mail program’s page, which has the landmarks.
    rules = {**RULES, "runOnly": [each for each in RULES["runOnly"] if each != "best-practice"]}
    found = plain_page.evaluate("rules => axe.run(document, rules)", rules)
    assert [each["id"] for each in found["violations"]] == []


def test_whoever_holds_the_letter_says_interested_and_takes_it_back(someone: Someone):
    interested = links_of(digest_of(someone, SAM), "Interested")[0]
    someone.open(interested)
    assert "Are you interested?" in someone.heading
    twin = someone.page.context.new_page()
    twin.goto(f"{someone.address}{interested}")
    someone.press("Yes, I am interested")
    assert "We have told" in someone.heading
    assert "Go on" in someone.text
    someone.look("answered")

    twin.get_by_role("button", name="Yes, I am interested").click()
    assert "We have told" in twin.locator("h1").inner_text(), "pressing again changes nothing"
    twin.close()

    someone.press("Take it back")
    assert "No answer is noted" in someone.heading
    someone.look("taken back")
    someone.click("interested")
    assert "Are you interested?" in someone.heading


def test_whoever_holds_the_letter_says_not_for_me_with_a_reason(someone: Someone):
    no = links_of(digest_of(someone, SAM), "Not for me")[1]
    someone.open(no)
    someone.press("Not for me")
    assert "There is a problem" in someone.text
    someone.choose("Too far away")
    someone.press("Not for me")
    assert "that helps" in someone.heading
    someone.look("answered")
    someone.open(no)
    assert "that helps" in someone.heading
    someone.press("Take it back")
    assert "No answer is noted" in someone.heading


def test_whoever_holds_the_letter_keeps_something_for_later(someone: Someone):
    later = links_of(digest_of(someone, SAM), "Later")[2]
    someone.open(later)
    someone.press("Later")
    assert "for later" in someone.heading
    assert "It comes back on" in someone.text
    someone.look("answered")
    someone.press("Take it back")
    assert "No answer is noted" in someone.heading


def test_links_that_nobody_was_given_lead_to_kind_pages(someone: Someone):
    letter = digest_of(someone, SAM)
    answer, stop = links_of(letter, "Interested")[0], stop_of(letter)
    choose = links_of(letter, "Choose which")[0]
    someone.open(answer.replace("/d/i-", "/d/n-"), status=404)
    assert "no longer works" in someone.heading
    someone.open(f"{choose}x", status=404)
    assert "no longer works" in someone.heading
    someone.open(f"/notices/renew/{choose.rpartition('/')[2]}", status=404)
    assert "no longer works" in someone.heading
    someone.open(f"{stop}x", status=404)


def test_one_click_stops_digests_and_the_page_of_letters_has_them_back(someone: Someone):
    letter = digest_of(someone, NORMA)
    stop, choose = stop_of(letter), links_of(letter, "Choose which")[0]
    someone.open(stop)
    assert "One press" in someone.heading
    for _ in range(3):
        answer = someone.page.request.post(
            f"{someone.address}{stop}", form={"List-Unsubscribe": "One-Click"}, max_redirects=0
        )
        assert answer.status == 200

    someone.open(choose)
    assert someone.page.get_by_label("Not at all").is_checked()
    assert NORMA not in someone.text
    someone.choose("Once a month")
    someone.press("Save")
    assert "Saved" in someone.page.locator("body").inner_text()
    assert someone.page.get_by_label("Once a month").first.is_checked()

    someone.open(stop)
    someone.press("Stop these letters")
    assert "stopped" in someone.heading
    someone.click("Choose which letters come")
    assert someone.page.get_by_label("Not at all").is_checked()
    someone.press("Stop everything")
    assert "Stopped" in someone.page.locator("body").inner_text()
    someone.look("all stopped")
    someone.choose("Once a week")
    someone.choose("News of what you put up")
    someone.press("Save")
    assert someone.page.get_by_label("Once a week").first.is_checked()


def test_a_notice_is_renewed_from_its_letter_without_signing_in(someone: Someone):
    title = "Old hymn books to mend"
    notice = put_up_need(someone, title, kind="volunteers", wanted=3, what="mending")
    warn_of(someone.data_dir, int(notice.rpartition("/")[2]))
    someone.page.context.clear_cookies()
    letter = arrived(someone, MAUREEN, about=title)
    (renew, *_) = [each for each in links_of(letter) if "/renew/" in each]

    someone.open(renew)
    assert "still hold" in someone.heading
    someone.look("ends soon")
    someone.press("Keep it on the board")
    assert "It stays up" in someone.heading
    someone.look("renewed")
    someone.open(renew)
    assert "It stays up" in someone.heading


def test_the_convener_sees_how_letters_fare_and_each_kind_of_them(someone: Someone):
    someone.sign_in(HILARY)
    someone.click("How letters fare")
    assert "sent" in someone.heading
    assert "Digests" in someone.text
    someone.open("/letters/gallery")
    someone.click("Digest")
    assert someone.page.locator("iframe").count() == 4


def test_a_scanner_that_opens_every_link_of_every_letter_changes_nothing(demo_app):
    with demo_app.app_context():
        letters = sent(demo_app)
        before = rows(demo_app)
    paths = {path for letter, _ in letters for path in (*links_of(letter), *in_text(letter))}
    stops = {stop_of(letter) for letter, _ in letters if letter["List-Unsubscribe"]}
    assert len(letters) > 150
    assert len({path for path in paths if path.startswith("/d/")}) > 500
    scanner = demo_app.test_client()
    for path in sorted(paths | stops):
        for method in ("HEAD", "GET"):
            answer = scanner.open(path, method=method, base_url=HERE)
            to_sign_in = "/sign-in" in answer.headers.get("Location", "")
            assert answer.status_code == 200 or to_sign_in, f"{path} answered {answer.status}"

    with demo_app.app_context():
        after = rows(demo_app)
        assert [name for name in CHANGED_BY_ANSWERS if before[name] != after[name]] == []


def test_every_letter_of_the_demo_passes_the_checks_of_what_leaves(demo_app):
    with demo_app.app_context():
        faults = {
            str(letter["Subject"]): found
            for letter, stream in sent(demo_app)
            if (found := checking.faults(letter, stream=stream))
        }
    assert faults == {}


def sent(app: Flask) -> list[tuple[EmailMessage, Stream]]:
    """Every letter of the demo as a mail program reads it; of those of the past no file was kept."""
    found = db.session.scalars(db.select(MailMessage).order_by(MailMessage.id))
    settings = app.config["SETTINGS"]
    return [
        (email.message_from_bytes(as_bytes(letter_of(row, settings)), policy=default), row.stream)
        for row in found
    ]


def in_text(letter: EmailMessage) -> set[str]:
    return {path_of(link) for link in re.findall(rf"{re.escape(HERE)}[^\s”]*", part(letter, "plain"))}


def rows(app: Flask) -> dict[str, list[tuple]]:
    """Everything in the tables that an answer would change."""
    database = sqlite3.connect(app.config["SETTINGS"].data_dir / "marketplace.db")
    try:
        return {
            name: database.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall()  # noqa: S608  # our own names
            for name in CHANGED_BY_ANSWERS
        }
    finally:
        database.close()


def warn_of(folder: Path, listing_id: int) -> None:
    """What the daily job does when a notice is about to come down."""
    with opened(folder) as app, app.app_context():
        listing = db.session.get_one(Listing, listing_id)
        listing.expires_on = clock.today() + timedelta(days=7)
        renewing.warn(listing, now=clock.now())
        db.session.commit()
        outbox.drain()


def opened(folder: Path) -> AbstractContextManager[Flask]:
    """The marketplace in this folder, with its own key and address."""
    key = (folder / "secret-key").read_text("utf-8").strip()
    return another_app(folder, {"secret_key": key, "base_url": HERE})
