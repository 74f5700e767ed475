"""Stopping letters from a letter: by the button of a mail program, and by the link with its page."""

from dataclasses import dataclass

import pytest
from flask import Flask
from itsdangerous import URLSafeSerializer
from werkzeug.test import TestResponse

from marketplace import mail
from marketplace.accounts.models import User
from marketplace.audit.models import AuditEvent
from marketplace.extensions import db
from marketplace.mail.models import Stream
from marketplace.subscriptions import queries, tokens
from marketplace.subscriptions.models import Basis
from tests.factories import NOON, UserFactory
from tests.scenes import signed_in

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@dataclass
class Reader:
    """Somebody with a letter, and their mail program, which has no cookies."""

    app: Flask
    user: User

    def link(self, stream: Stream = Stream.DIGEST) -> str:
        return f"/letters/stop/{tokens.stop_token(self.user.id, stream)}"

    def post(self, path: str, **form: str) -> TestResponse:
        with self.app.app_context():
            return self.app.test_client().post(path, data=form or ONE_CLICK)

    def get(self, path: str) -> TestResponse:
        with self.app.app_context():
            return self.app.test_client().get(path)

    def stopped(self) -> set[Stream]:
        db.session.rollback()
        return {each.stream for each in queries.standings(self.user) if not each.is_on}


@pytest.fixture
def reader(app: Flask) -> Reader:
    user = UserFactory(email="maureen@hall.example")
    db.session.commit()
    return Reader(app, user)


def recorded() -> int:
    query = db.select(db.func.count()).where(AuditEvent.name == "letters.chosen")
    return db.session.scalar(query) or 0


@pytest.mark.parametrize("stream", queries.STREAMS)
def test_one_click_stops_one_kind_of_letter_and_answers_plainly(reader, stream):
    reader.user.is_convener = True
    db.session.commit()
    answer = reader.post(reader.link(stream))

    assert (answer.status_code, reader.stopped()) == (200, {stream})
    assert "You get no more" in answer.text
    row = queries.choice_of(reader.user, stream)
    assert row is not None
    assert (row.source, row.wording, row.basis) == ("one click", "not ours", queries.BY_DEFAULT[stream])


def test_repeating_it_is_fine_and_what_counts_is_the_first_time(reader):
    answers = [reader.post(reader.link()).status_code for _ in range(5)]

    assert answers == [200] * 5
    assert reader.stopped() == {Stream.DIGEST}
    assert recorded() == 1


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_whatever_only_looks_changes_nothing(reader, method):
    with reader.app.app_context():
        answer = getattr(reader.app.test_client(), method)(reader.link())

    assert answer.status_code == 200
    assert reader.stopped() == set()
    assert recorded() == 0


def test_the_page_behind_the_link_has_one_button_that_works_without_cookies(reader, visitor):
    visitor.open(reader.link())
    buttons = visitor.page.find("main").find_all("button")
    assert [button.get_text(strip=True) for button in buttons] == ["Stop these letters"]

    assert reader.post(reader.link(), pressed="here", csrf_token="").status_code == 200
    assert reader.stopped() == {Stream.DIGEST}
    assert queries.choice_of(reader.user, Stream.DIGEST).source == "letter"


def test_from_the_page_that_follows_the_choices_are_one_step_away(reader, visitor):
    visitor.open(reader.link()).press("Stop these letters").click("Choose which letters come")

    assert visitor.heading == "You choose which letters come"
    visitor.press("Save", frequency="monthly")
    assert reader.stopped() == set()
    assert reader.user.digest_frequency == "monthly"


def altered(token: str) -> str:
    return f"{'X' if token[0] != 'X' else 'Y'}{token[1:]}"


def forged(reader: Reader) -> dict[str, str]:
    good = tokens.stop_token(reader.user.id, Stream.DIGEST)
    other_key = URLSafeSerializer("another key", salt=tokens.STOP).dumps([reader.user.id, "digest"])
    key = reader.app.config["SECRET_KEY"]
    other_purpose = tokens.preferences_token(reader.user.id)
    return {
        "cut short": good[:-3],
        "altered": altered(good),
        "another key": str(other_key),
        "another purpose": other_purpose,
        "another salt": str(URLSafeSerializer(key, salt="digest.answer").dumps([reader.user.id, "digest"])),
        "no stream of ours": str(URLSafeSerializer(key, salt=tokens.STOP).dumps([reader.user.id, "all"])),
        "no person": str(URLSafeSerializer(key, salt=tokens.STOP).dumps(["x", "digest"])),
        "nonsense": "%00%ff",
    }


@pytest.mark.parametrize(
    "which",
    ["cut short", "altered", "another key", "another purpose", "another salt", "no stream of ours",
     "no person", "nonsense"],
)  # fmt: skip
def test_a_link_that_we_did_not_sign_is_not_found_and_stops_nothing(reader, which):
    path = f"/letters/stop/{forged(reader)[which]}"

    assert (reader.get(path).status_code, reader.post(path).status_code) == (404, 404)
    assert reader.stopped() == set()


def test_a_link_works_however_old_the_letter_is(reader, monkeypatch):
    link = reader.link()
    monkeypatch.setattr("time.time", lambda: NOON.timestamp() + 40 * 365 * 86400)

    assert reader.post(link).status_code == 200
    monkeypatch.undo()
    assert reader.stopped() == {Stream.DIGEST}


def test_it_stops_the_letters_of_whom_it_was_written_to_whoever_is_signed_in(reader, visitor):
    somebody = UserFactory()
    signed_in(visitor, somebody).open(reader.link()).press("Stop these letters")

    assert reader.stopped() == {Stream.DIGEST}
    assert all(each.is_on for each in queries.standings(somebody))


def test_the_link_of_an_account_that_is_gone_is_answered_alike(reader):
    assert reader.post(f"/letters/stop/{tokens.stop_token(987_654, Stream.NEWS)}").status_code == 200


def test_letters_written_without_an_address_for_it_get_one_that_stops_their_stream(reader):
    letter = mail.queue(
        "ledger_broken", to_user=reader.user, now=NOON, count=1, faults=["One."], url="/ledger"
    )
    account = mail.queue("reset_password", to_user=reader.user, stream="account", now=NOON, url="/r")
    invitation = mail.queue(
        "invitation",
        address="new@hall.example",
        stream="account",
        now=NOON,
        organisation_name="A Hall",
        url="/i",
    )

    path = letter.unsubscribe_url.removeprefix("http://localhost")
    assert letter.unsubscribe_url in letter.text
    assert letter.unsubscribe_url in letter.html
    assert account.unsubscribe_url == invitation.unsubscribe_url == ""
    db.session.commit()
    assert reader.post(path).status_code == 200
    assert reader.stopped() == {Stream.NEWS}
    assert queries.choice_of(reader.user, Stream.NEWS).basis is Basis.SERVICE


def test_every_letter_leads_to_the_page_of_its_readers_choices(reader, visitor):
    letter = mail.queue(
        "ledger_broken", to_user=reader.user, now=NOON, count=1, faults=["One."], url="/ledger"
    )
    db.session.commit()
    (line,) = [each for each in letter.text.splitlines() if each.startswith("Choose which letters come: ")]

    visitor.open(line.removeprefix("Choose which letters come: http://localhost"))

    assert "m…@hall.example" in visitor.text
    assert "maureen@hall.example" not in visitor.response.text
    assert str(reader.user.email) not in line
