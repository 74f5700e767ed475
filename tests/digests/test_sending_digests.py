"""One letter a person and week, or none; however often and however many at once ask for it."""

import threading
from datetime import timedelta
from email import message_from_string, policy

import pytest
from flask import Flask

from marketplace import outbox
from marketplace.accounts.models import DigestFrequency, User
from marketplace.digests import queries, services
from marketplace.digests.cli import digests as commands
from marketplace.digests.models import Digest, DigestItem
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.mail.models import MailMessage, Stream
from marketplace.matching.models import Match, MatchStatus
from tests.factories import NOON, MatchFactory, NeedFactory, UserFactory
from tests.scenes import member_of, signed_in

TODAY = NOON.date()
PERIOD = services.period_of(TODAY)
WEEK = timedelta(days=7)


@pytest.fixture
def match(app: Flask) -> Match:
    made: Match = MatchFactory(listing__title="Twelve chairs", listing__organisation__name="Howden Hall")
    db.session.commit()
    return made


@pytest.fixture
def person(match: Match) -> User:
    user = member_of(match.organisation)
    db.session.commit()
    return user


def write(person: User, *, weeks: int = 0) -> Digest | None:
    now = NOON + weeks * WEEK
    digest = services.write(person, period=services.period_of(now.date()), today=now.date(), now=now)
    db.session.commit()
    return digest


def send(app: Flask, *options: str) -> str:
    with app.app_context():
        result = app.test_cli_runner().invoke(commands, ["send", "--on", TODAY.isoformat(), *options])
    assert result.exit_code == 0, result.output
    db.session.expire_all()
    return result.stdout.splitlines()[-1]


def written() -> list[MailMessage]:
    return list(db.session.scalars(db.select(MailMessage).order_by(MailMessage.id)))


def test_a_new_match_is_written_about_and_marked_as_told(match, person):
    digest = write(person)

    assert (digest.period, digest.held, digest.message.address) == (PERIOD, "", person.email)
    assert digest.message.stream == Stream.DIGEST
    assert [item.match for item in digest.items] == [match]
    assert (match.notified_at, match.status) == (NOON, MatchStatus.NOTIFIED)


def test_the_letter_has_titles_reasons_and_links_in_both_parts(match, person):
    letter = write(person).message

    assert letter.subject == "Twelve chairs"
    for part in (letter.text, letter.html):
        for words in ("Twelve chairs", "Howden Hall", "Both mention chairs.", "4 miles apart.", person.name):
            assert words in part
        for path in (f"/matches/{match.id}", "/desk/matches", "/digests/preferences"):
            assert f"http://localhost{path}" in part


def test_a_second_letter_in_the_same_week_is_not_written(match, person):
    write(person)
    MatchFactory(organisation=match.organisation)

    assert write(person) is None
    assert len(written()) == 1


def test_nothing_new_is_held_with_the_reason_and_without_a_letter(match, person):
    match.status = MatchStatus.OPENED
    digest = write(person)

    assert (digest.held, digest.message) == (services.NOTHING_NEW, None)
    assert written() == []


def test_next_week_only_what_is_new_is_sent(match, person):
    write(person)
    fresh = MatchFactory(organisation=match.organisation, listing=NeedFactory(title="A kettle"))

    assert [item.match for item in write(person, weeks=1).items] == [fresh]
    assert write(person, weeks=2).held == services.NOTHING_NEW
    assert [letter.subject for letter in written()] == ["Twelve chairs", "A kettle"]


def test_two_colleagues_each_get_the_letter(match, person):
    colleague = member_of(match.organisation)

    assert [digest.held for digest in (write(person), write(colleague))] == ["", ""]
    assert [letter.address for letter in written()] == [person.email, colleague.email]


@pytest.mark.parametrize(
    "change",
    [
        {"status": MatchStatus.DECLINED},
        {"status": MatchStatus.INTERESTED},
        {"status": MatchStatus.SNOOZED},
        {"retired_at": NOON},
    ],
)
def test_what_was_answered_or_no_longer_fits_is_not_written_about(match, person, change):
    for name, value in change.items():
        setattr(match, name, value)

    assert write(person).held


@pytest.mark.parametrize(
    "change", [{"status": ListingStatus.CLOSED}, {"closes_on": TODAY - timedelta(days=1)}]
)
def test_a_notice_that_is_gone_is_not_written_about(match, person, change):
    for name, value in change.items():
        setattr(match.listing, name, value)

    assert write(person).held


def test_many_sessions_at_once_write_one_letter(app, match, person):
    person_id, start, ended = person.id, threading.Barrier(8), []

    def one() -> None:
        with app.app_context():
            start.wait(timeout=30)
            try:
                user = db.session.get_one(User, person_id)
                ended.append(services.write(user, period=PERIOD, today=TODAY, now=NOON) is not None)
                db.session.commit()
            except Exception as error:  # noqa: BLE001  # whatever it is, the test names it
                ended.append(repr(error))

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(ended) == [False] * 7 + [True]
    assert len(written()) == db.session.query(Digest).count() == 1


def test_falling_over_before_the_commit_leaves_the_letter_to_be_written(match, person):
    services.write(person, period=PERIOD, today=TODAY, now=NOON)
    db.session.rollback()

    assert not queries.was_written(person, PERIOD)
    assert write(person).message is not None


def test_the_command_writes_sends_and_counts(app, match, person):
    member_of(MatchFactory(status=MatchStatus.OPENED).organisation)
    member_of(match.organisation).digest_frequency = DigestFrequency.PAUSED
    db.session.commit()

    assert send(app) == "sent 1, held 1, skipped 1"
    assert written()[0].sent_at is not None
    files = list((app.config["SETTINGS"].data_dir / "mail").glob("*.eml"))
    letter = message_from_string(files[0].read_text(), policy=policy.default)
    assert (len(files), letter["To"], letter["Subject"]) == (1, person.email, "Twelve chairs")


def test_the_command_run_twice_sends_once(app, match, person):
    assert send(app) == "sent 1, held 0, skipped 0"
    assert send(app) == "sent 0, held 0, skipped 1"
    assert len(written()) == 1


def test_a_rehearsal_writes_nothing_and_spoils_nothing(app, match, person):
    assert send(app, "--dry-run") == "would send 1, held 0, skipped 0"
    assert (written(), db.session.query(Digest).count(), match.notified_at) == ([], 0, None)
    assert send(app) == "sent 1, held 0, skipped 0"


def test_people_who_are_not_confirmed_or_belong_nowhere_are_not_written_to(app, match):
    UserFactory()
    member_of(match.organisation).confirmed_at = None
    db.session.commit()

    assert send(app) == "sent 0, held 0, skipped 0"


def test_the_daily_job_writes_to_everybody_due_and_only_once(app, match, person):
    member_of(match.organisation).digest_frequency = DigestFrequency.PAUSED
    for _ in range(2):
        outbox.add("digests.send")
        db.session.commit()
        outbox.drain()

    assert [letter.address for letter in written()] == [person.email]
    assert db.session.query(DigestItem).count() == 1


def test_somebody_who_does_not_want_letters_says_so_and_gets_none(app, match, person, visitor):
    signed_in(visitor, person).open("/digests/preferences")
    assert visitor.page.find("input", attrs={"checked": True})["value"] == "weekly"
    visitor.press("Save", digest_frequency="paused")
    assert visitor.path == "/desk"
    visitor.open("/digests/preferences")
    assert visitor.page.find("input", attrs={"checked": True})["value"] == "paused"

    assert send(app) == "sent 0, held 0, skipped 1"


def test_an_answer_that_is_none_changes_nothing(person, visitor):
    signed_in(visitor, person).open("/digests/preferences")
    visitor.press("Save", status=422, digest_frequency="hourly")

    db.session.expire_all()
    assert person.digest_frequency is DigestFrequency.WEEKLY
