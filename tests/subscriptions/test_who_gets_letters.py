"""Who gets which stream: asked for many at once, and again at the moment of sending."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from marketplace import mail, outbox
from marketplace.accounts import services as accounts
from marketplace.accounts.models import DigestFrequency, User
from marketplace.accounts.wording import JOINING, WORDINGS
from marketplace.extensions import db
from marketplace.mail.models import MailMessage, Stream
from marketplace.subscriptions import queries, services
from marketplace.subscriptions.models import Basis, MailChoice
from tests.factories import NOON, UserFactory
from tests.scenes import counted_queries


@pytest.mark.parametrize("stream", queries.STREAMS)
def test_everybody_who_does_not_get_a_stream_is_named_with_the_reason_in_one_query(app, stream):
    willing, convener = UserFactory(), UserFactory(is_convener=True)
    unconfirmed = UserFactory(confirmed_at=None, is_convener=True)
    stopped = UserFactory(is_convener=True)
    paused = UserFactory(digest_frequency=DigestFrequency.PAUSED, is_convener=True)
    services.stop(stopped, stream, source="one click", now=NOON)
    db.session.commit()
    ids = [each.id for each in (willing, convener, unconfirmed, stopped, paused)]

    with counted_queries() as seen:
        found = services.gets(stream, [*ids, 987_654])

    expected = {
        unconfirmed.id: queries.UNCONFIRMED,
        stopped.id: queries.STOPPED,
        987_654: queries.GONE,
    }
    if stream is Stream.DIGEST:
        expected[paused.id] = queries.PAUSED
    if stream is Stream.TO_DO:
        expected[willing.id] = queries.NOT_THE_CONVENER
    assert found == expected
    assert len(seen) == 1
    assert all(len(reason) <= MailMessage.dropped_why.type.length for reason in found.values())


def test_a_letter_that_waits_when_its_reader_stops_them_is_dropped_and_says_why(app):
    person = UserFactory()
    letter = mail.queue("ledger_broken", to_user=person, now=NOON, count=1, faults=["One."], url="/ledger")
    services.stop(person, Stream.NEWS, source="one click", now=NOON)
    db.session.commit()

    outbox.drain()

    db.session.rollback()
    assert letter.sent_at is None
    assert letter.dropped_why == queries.STOPPED


def test_what_they_ask_for_themselves_comes_whatever_they_stopped(app):
    person = UserFactory()
    services.stop_all(person, now=NOON)
    letter = mail.queue("reset_password", to_user=person, stream="account", now=NOON, url="/r")
    db.session.commit()

    outbox.drain()

    db.session.rollback()
    assert letter.sent_at is not None


def test_letters_of_a_day_are_counted_without_those_that_never_left(app):
    person, quiet = UserFactory(), UserFactory()
    news = {"to_user": person, "count": 1, "faults": ["One."], "url": "/ledger"}
    mail.queue("ledger_broken", now=NOON, **news)
    mail.queue("ledger_broken", now=NOON - timedelta(days=2), **news)
    mail.queue("ledger_broken", now=NOON, **news).dropped_at = NOON
    mail.queue("reset_password", to_user=person, stream="account", now=NOON, url="/r")
    db.session.flush()

    assert queries.letters_since([person.id, quiet.id], NOON - timedelta(hours=12)) == {person.id: 1}


@pytest.mark.parametrize(("ticked", "is_on"), [({}, True), ({"no_letters": "y"}, False)])
def test_joining_asks_about_letters_with_a_box_that_nobody_ticked_for_you(visitor, ticked, is_on):
    visitor.open("/sign-up")
    wording = WORDINGS[JOINING]
    assert wording.label in visitor.text
    assert wording.hint in visitor.text
    assert not visitor.page.find("input", attrs={"name": "no_letters"}).has_attr("checked")

    visitor.press("Join", name="Maureen", email="m@hall.example", password="three old chairs", **ticked)

    db.session.rollback()
    said = {row.stream: row for row in db.session.scalars(db.select(MailChoice))}
    assert set(said) == {Stream.DIGEST, Stream.NEWS}
    digest = said[Stream.DIGEST]
    assert (digest.is_on, digest.basis, digest.wording) == (is_on, Basis.SOFT_OPT_IN, JOINING)
    assert (said[Stream.NEWS].is_on, said[Stream.NEWS].basis) == (True, Basis.SERVICE)
    assert {row.source for row in said.values()} == {"joining"}
    since = {each.stream: each.since for each in queries.standings(digest.user)}
    assert ("did not say no" in since[Stream.DIGEST]) is is_on


def test_joining_again_before_confirming_keeps_the_last_word(app):
    with app.test_request_context():
        for no_letters in (False, True):
            accounts.sign_up(
                name="M", email="m@hall.example", password="three old chairs", no_letters=no_letters, now=NOON
            )
            db.session.commit()

    person = db.session.scalars(db.select(User)).one()
    assert services.gets(Stream.DIGEST, [person.id])
    assert queries.choice_of(person, Stream.DIGEST).is_on is False


def test_somebody_who_joins_with_anothers_address_changes_nothing_of_theirs(app):
    person = UserFactory(email="known@hall.example")
    with app.test_request_context():
        accounts.sign_up(name="X", email=person.email, password="three old chairs", no_letters=True, now=NOON)
    assert queries.choice_of(person, Stream.DIGEST) is None


def test_stopping_from_many_places_at_once_is_stopping_once(app):
    person_id = UserFactory().id
    db.session.commit()
    together = Barrier(4)

    def stop(_: int) -> None:
        with app.app_context():
            together.wait(10)
            services.stop(db.session.get_one(User, person_id), Stream.DIGEST, source="one click", now=NOON)
            db.session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(stop, range(4)))

    assert [row.is_on for row in db.session.scalars(db.select(MailChoice))] == [False]


def test_each_version_of_the_words_fits_its_column_and_names_one_wording(app):
    longest = MailChoice.wording.type.length

    assert all(len(version) <= longest for version in WORDINGS)
    assert set(services.ON_THE_PAGE.values()) | set(services.WORDING_OF.values()) <= set(WORDINGS)
    assert len({wording.label for wording in WORDINGS.values()}) == len(WORDINGS)
