"""Writing letters: what is rendered, saved and queued."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from jinja2 import UndefinedError

from marketplace import mail
from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.mail.models import MailMessage
from marketplace.mail.writing import LONGEST_SUBJECT, one_line
from marketplace.outbox.models import OutboxRow

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
ACCOUNT = ("confirm_email", "reset_password", "already_registered", "invitation")
PLEDGE = tuple(
    f"pledge_{state}"
    for state in (
        *(
            "offered",
            "requested",
            "needs_approval",
            "place_free",
            "accepted",
            "declined",
            "proposed",
            "agreed",
        ),
        *(
            "withdrawn",
            "delivered",
            "not_delivered",
            "confirmed",
            "disputed",
            "settled",
            "verified",
            "lapsed",
        ),
        *("nudge", "thanked"),
    )
)
NEWS = (
    *PLEDGE,
    "response_received",
    "response_shortlisted",
    "response_offered",
    "response_taken_back",
    "response_declined",
    "question_asked",
    "question_answered",
    "outcome_won",
    "outcome_lost",
    "outcome_told",
    "decision_due",
    "payment_declared",
    "interest_shown",
    "listing_closed",
)

STORY = {
    "person_name": "Maureen Hall",
    "organisation_name": "Tow Law Village Hall",
    "other_name": "Crook & Sons <Builders>",
    "listing_title": "Forty chairs for the hall",
    "what": "8 hours of volunteering",
    "words": "We can come on Saturday.\nBring <b>tea</b>.",
    "reason": "The hall is full",
    "url": "/pledges/7",
}


def write(name: str = "pledge_offered", **changes: Any) -> MailMessage:
    return mail.queue(name, **{"address": "maureen@hall.example", "now": NOON, **STORY, **changes})


def queued() -> list[OutboxRow]:
    return list(db.session.scalars(db.select(OutboxRow).where(OutboxRow.name == "mail.send")))


def test_a_letter_is_saved_with_one_job_to_send_it(app: Flask):
    message = write(stream="account")
    db.session.commit()

    assert (message.address, message.stream, message.created_at) == ("maureen@hall.example", "account", NOON)
    assert message.subject == "Crook & Sons <Builders> offers you 8 hours of volunteering"
    assert [row.payload for row in queued()] == [{"message_id": message.id}]


def test_a_change_taken_back_leaves_no_letter(app: Flask):
    write()
    db.session.rollback()

    assert db.session.scalars(db.select(MailMessage)).all() == []
    assert queued() == []


def test_a_letter_to_a_user_goes_to_their_address_and_greets_them(app: Flask):
    user = User(email="zoe@hall.example", name="Zoë", password_hash="x", created_at=NOON)
    db.session.add(user)

    message = mail.queue("confirm_email", to_user=user, stream="account", now=NOON, url="/confirm/abc")

    assert (message.user_id, message.address) == (user.id, "zoe@hall.example")
    assert "Hello Zoë," in message.text


def test_the_same_key_again_gives_the_first_letter_unchanged(app: Flask):
    first = write(key="digest:12:2026-11-16")
    db.session.commit()

    second = write(key="digest:12:2026-11-16", what="40 chairs", address="other@hall.example")
    db.session.commit()

    assert second is first
    assert first.address == "maureen@hall.example"
    assert len(queued()) == 1


def test_a_key_taken_by_another_worker_since_we_looked_gives_their_letter(
    app: Flask, monkeypatch: pytest.MonkeyPatch
):
    theirs = write(key="digest:12:2026-11-16")
    db.session.commit()
    monkeypatch.setattr("marketplace.mail.services._with_key", lambda key: None)

    assert write(key="digest:12:2026-11-16") is theirs
    assert len(queued()) == 1


def test_letters_without_a_key_are_each_their_own(app: Flask):
    assert write().id != write().id


def test_a_letter_to_nobody_is_a_bug(app: Flask):
    with pytest.raises(ValueError, match="no address"):
        write(address="")


def test_a_template_that_lacks_a_fact_is_a_bug_not_a_gap_in_a_sentence(app: Flask):
    with pytest.raises(UndefinedError):
        mail.queue("pledge_offered", address="maureen@hall.example", now=NOON)


@pytest.mark.parametrize(
    "title",
    [
        "Chairs\r\nBcc: everyone@hall.example",
        "Chairs\nX-Other: 1",
        "Chairs\x00\x0b\u2028Bcc: x@y.example",
        "a" * 900,
    ],
)
def test_a_subject_is_one_line_whatever_people_typed(app: Flask, title: str):
    subject = write("interest_shown", listing_title=title).subject

    assert subject.isprintable()
    assert len(subject) <= LONGEST_SUBJECT


def test_a_long_subject_says_that_it_goes_on():
    assert one_line(" two\n lines ") == "two lines"
    assert one_line("word " * 100).endswith("word…")


def test_links_are_whole_and_come_from_the_settings_not_the_request(app: Flask):
    base_url = app.config["SETTINGS"].base_url

    with app.test_request_context(headers={"Host": "evil.example"}):
        message = write()

    assert f"{base_url}/pledges/7" in message.text
    assert f'href="{base_url}/pledges/7"' in message.html
    assert "evil.example" not in message.text + message.html


@pytest.mark.parametrize("name", [*ACCOUNT, *NEWS])
def test_every_letter_reads_whole_in_text_and_html(app: Flask, name: str):
    message = write(name, stream="account" if name in ACCOUNT else "news")
    page = Page(message.html)

    assert message.subject
    assert page.headings == 1
    assert page.language == "en-GB"
    assert page.title == message.subject
    assert page.links
    assert all(address.startswith("http") for address in page.links)
    assert all(letter not in message.text for letter in ("{{", "{%", "&amp;", "&#39;", "&lt;"))
    assert "\n\n\n" not in message.text
    assert "/pledges/7" in message.text
    assert "You get this e-mail because" in " ".join(page.words)
    assert page.links[-1] in message.text


@pytest.mark.parametrize("name", NEWS)
def test_what_people_typed_cannot_become_markup(app: Flask, name: str):
    message = write(name, organisation_name="<img src=x onerror=alert(1)>")

    assert "<b>" not in message.html
    assert "<img" not in message.html
    assert "Crook &amp; Sons &lt;Builders&gt;" in message.html


@pytest.mark.parametrize("name", NEWS)
def test_a_letter_without_words_or_reason_leaves_no_empty_quote(app: Flask, name: str):
    story: dict[str, Any] = {key: value for key, value in STORY.items() if key not in ("words", "reason")}

    message = mail.queue(name, address="maureen@hall.example", now=NOON, **story)

    assert "blockquote" not in message.html
    assert "Their reason" not in message.text + message.html


def test_words_typed_into_a_form_keep_their_lines_and_nothing_unseen(app: Flask):
    message = write(words="First line.\r\nSecond\x00 line.")

    assert "First line.\nSecond  line." in message.text
    assert "First line.\nSecond  line." in message.html


@pytest.mark.parametrize("name", ["pledge_accepted", "pledge_declined", "pledge_confirmed"])
def test_a_giver_is_not_shown_their_own_words_as_the_other_side_s(app: Flask, name: str):
    assert "We can come on Saturday" not in write(name).text


def test_a_letter_that_can_be_stopped_shows_how_in_both_parts(app: Flask):
    message = write(unsubscribe_url="/stop/abc")

    assert message.unsubscribe_url.endswith("/stop/abc")
    assert message.unsubscribe_url in message.text
    assert message.unsubscribe_url in Page(message.html).links


class Page(HTMLParser):
    """What a letter's HTML says, as far as the tests ask."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings, self.language, self.title = 0, "", ""
        self.links: list[str] = []
        self.words: list[str] = []
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.headings += tag == "h1"
        self._in_title = tag == "title"
        if tag == "html":
            self.language = dict(attrs)["lang"] or ""
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
            self._in_title = False
        self.words += data.split()
