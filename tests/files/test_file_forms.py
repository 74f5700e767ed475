"""Sending files with a form: what is refused is said beside the field, and what was typed stays."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Blueprint, Flask, render_template_string
from flask.testing import FlaskClient
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart
from wtforms import StringField

from marketplace.access import public
from marketplace.extensions import limiter
from marketplace.files.checks import LARGEST
from marketplace.files.forms import UploadField
from marketplace.files.receiving import OFTEN, takes_files
from marketplace.setup import bring_up_to_date
from marketplace.web.fields import required
from tests.apps import another_app
from tests.files import made

PAGE = """{% from "components/forms.html" import field, error_summary %}
{% from "components/files.html" import upload %}
{{ error_summary(form) }}<form method="post" enctype="multipart/form-data">{{ field(form.words) }}
{{ upload(form, form.photos) }}{{ upload(form, form.proof) }}</form>
<output id=passed>{{ form.photos.checked | map(attribute="name") | join(" ") }}</output>"""


class ThanksForm(FlaskForm):
    words = StringField("What was good?", validators=[required("Say what was good")])
    photos = UploadField("Photos", at_most=2, images_only=True)
    proof = UploadField("Receipt")


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with one page that takes files, and one that does not."""
    bp = Blueprint("trying", __name__)

    def thanks() -> Any:
        form = ThanksForm()
        form.validate_on_submit()
        return render_template_string(PAGE, form=form), 422 if form.errors else 200

    bp.add_url_rule("/with", "thanks", takes_files(3)(public(thanks)), methods=["GET", "POST"])
    bp.add_url_rule("/without", "plain", public(thanks), methods=["POST"])
    with another_app(tmp_path_factory.mktemp("files"), WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=True) as app:
        app.register_blueprint(bp)
        with app.app_context():
            bring_up_to_date()
        yield app


@pytest.fixture
def client(application: Flask) -> FlaskClient:
    limiter.reset()
    return application.test_client()


@dataclass
class Answer:
    status: int
    page: BeautifulSoup

    @property
    def text(self) -> str:
        return self.page.get_text(" ", strip=True)

    @property
    def errors(self) -> list[str]:
        found = self.page.select(".govuk-error-message")
        return [each.get_text(" ", strip=True).removeprefix("Error: ") for each in found]

    def find(self, *, id: str) -> Tag:  # noqa: A002  # what it is called in the page
        found = self.page.find(id=id)
        assert found is not None
        return found


def send(client: FlaskClient, path: str = "/with", words: str = "The chairs", **files: Any) -> Answer:
    """Send the form with files, each given as (name, contents)."""
    data: dict[str, Any] = {"words": words}
    for field, given in files.items():
        data[field] = [FileStorage(BytesIO(body), filename=name) for name, body in given]
    boundary, body = encode_multipart(data)  # in memory: the client would leave a file of its own open
    answer = client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")
    return Answer(answer.status_code, BeautifulSoup(answer.text, "html.parser"))


def test_the_field_says_what_it_takes_and_how_much(client: FlaskClient):
    answer = Answer(200, BeautifulSoup(client.get("/with").text, "html.parser"))
    photos, proof = answer.find(id="photos"), answer.find(id="proof")

    assert (photos["type"], photos["accept"]) == ("file", ".jpg,.jpeg,.png,.webp,.gif")
    assert ".docx" in proof["accept"]
    assert (photos.has_attr("multiple"), proof.has_attr("multiple")) == (True, False)
    assert "A picture, up to 10 MB. Up to 2 files." in answer.text
    assert photos["aria-describedby"] == "photos-hint"


def test_what_passes_is_ready_to_be_kept_and_choosing_nothing_is_fine(client: FlaskClient):
    two = send(client, photos=[("a.jpg", made.picture()), ("b.png", made.picture("PNG"))])
    none = send(client, photos=[("", b"")])

    assert (two.status, two.find(id="passed").get_text()) == (200, "a.jpg b.png")
    assert (none.status, none.find(id="passed").get_text()) == (200, "")


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"photos": [("a.pdf", made.pdf())]}, "Only a picture can go here"),
        ({"photos": [("a.jpg", made.picture()), ("b.svg", b"<svg/>")]}, "“b.svg”: Drawings in SVG"),
        ({"photos": [("a.jpg", made.picture())] * 3}, "Choose 2 files at most. You chose 3."),
        ({"proof": [("a.jpg", made.picture())] * 2}, "Choose one file at most. You chose 2."),
        ({"proof": [("a.txt", b"a" * (LARGEST + 1))]}, "That file is 10.1 MB. The most is 10 MB"),
        ({"proof": [("a.txt", b"")]}, "That file is empty"),
    ],
)
def test_what_is_refused_is_said_beside_the_field_and_what_was_typed_stays(client, files, sentence):
    answer = send(client, **files)

    [error] = answer.errors
    assert answer.status == 422
    assert sentence in error
    assert answer.find(id="words")["value"] == "The chairs"


def test_a_form_that_comes_back_says_that_its_files_have_to_be_chosen_again(client: FlaskClient):
    answer = send(client, words="", photos=[("a.jpg", made.picture())])

    assert answer.errors == ["Say what was good"]
    assert "Choose a.jpg again" in answer.text


def test_more_than_other_pages_take_may_be_sent_here_but_not_without_end(client: FlaskClient):
    three = [("a.txt", b"a" * 3_000_000)]
    assert send(client, proof=three).status == 200
    assert send(client, "/without", proof=three).status == 413

    answer = send(client, proof=[("a.txt", b"a" * (LARGEST * 5 + 1))])
    assert answer.status == 413
    assert "up to 10 MB" in answer.text
    assert "what you typed is still there" in answer.text


def test_files_may_not_be_sent_too_often_and_words_may(client: FlaskClient):
    often = int(OFTEN.split()[0])
    proof = [("a.txt", b"Twelve chairs.")]

    assert {send(client, proof=proof).status for _ in range(often)} == {200}
    assert send(client, proof=proof).status == 429
    assert send(client).status == 200
