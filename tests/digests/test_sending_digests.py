"""One letter a person and period, or none; however often and however many at once ask for it."""

import threading
from datetime import date, timedelta
from email import message_from_string, policy

import pytest
from flask import Flask

from marketplace import clock, mail, outbox
from marketplace.accounts.models import DigestFrequency, User
from marketplace.digests import due, jobs, running
from marketplace.digests.cli import digests as commands
from marketplace.digests.models import Digest, DigestItem
from marketplace.digests.running import Counts
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.mail.checking import faults
from marketplace.mail.models import MailMessage, MailRun, Stream
from marketplace.matching.models import Match, MatchStatus
from tests.factories import NOON, MatchFactory, NeedFactory, OrganisationFactory, UserFactory
from tests.scenes import counted_queries, member_of, signed_in
from tests.scenes import jobs as waiting

TODAY = NOON.date()  # a Monday
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


def write(*, days: int = 0, limit: int = 100) -> Counts:
    """All digests of a day, a page at a time."""
    day, now, counts, after = TODAY + timedelta(days=days), NOON + timedelta(days=days), Counts(), 0
    run, using = running.begin(day, now), running.means(day, now)
    while True:
        last, more = running.page(run, using, after=after, limit=limit)
        if last is None:
            break
        after = last
        counts += more
    db.session.commit()
    return counts


def digest_of(person: User) -> Digest:
    query = db.select(Digest).where(Digest.user_id == person.id).order_by(Digest.id.desc())
    return db.session.scalars(query.limit(1)).one()


def send(app: Flask, *options: str, on: date = TODAY) -> str:
    with app.app_context():
        result = app.test_cli_runner().invoke(commands, ["send", "--on", on.isoformat(), *options])
    assert result.exit_code == 0, result.output
    db.session.expire_all()
    return result.stdout.splitlines()[-1]


def written() -> list[MailMessage]:
    return list(db.session.scalars(db.select(MailMessage).order_by(MailMessage.id)))


def test_a_new_match_is_written_about_and_marked_as_told(match, person):
    assert write() == Counts(sent=1)

    digest = digest_of(person)
    assert (digest.period, digest.held, digest.message.address) == (TODAY, "", person.email)
    assert (digest.message.stream, digest.message.run.day) == (Stream.DIGEST, TODAY)
    assert [(item.match, item.listing_id) for item in digest.items] == [(match, match.listing_id)]
    db.session.refresh(match)
    assert (match.notified_at, match.status) == (NOON, MatchStatus.NOTIFIED)


def test_a_second_letter_in_the_same_week_is_not_written(match, person):
    write()
    MatchFactory(organisation=match.organisation)

    assert write() == write(days=1) == write(days=6) == Counts()
    assert len(written()) == 1


def test_nothing_new_is_held_with_the_reason_and_without_a_letter(match, person):
    match.status = MatchStatus.OPENED

    assert write() == Counts(held=1)
    assert (digest_of(person).held, digest_of(person).message) == (running.NOTHING_NEW, None)
    assert written() == []


def test_next_week_only_what_is_new_is_sent(match, person):
    write()
    fresh = MatchFactory(organisation=match.organisation, listing=NeedFactory(title="A kettle"))

    assert write(days=7) == Counts(sent=1)
    assert [item.match for item in digest_of(person).items] == [fresh]
    assert write(days=14) == Counts(held=1)
    assert [letter.subject for letter in written()] == ["Twelve chairs", "A kettle"]


def test_two_colleagues_each_get_the_letter(match, person):
    colleague = member_of(match.organisation)

    assert write() == Counts(sent=2)
    assert [letter.address for letter in written()] == [person.email, colleague.email]


@pytest.mark.parametrize(
    "change",
    [
        {"status": MatchStatus.DECLINED},
        {"status": MatchStatus.INTERESTED},
        {"status": MatchStatus.SNOOZED},
        {"retired_at": NOON},
        {"introduced_at": None},
        {"score": 20},
    ],
)
def test_what_was_answered_or_does_not_fit_is_not_written_about(match, person, change):
    for name, value in change.items():
        setattr(match, name, value)

    assert write() == Counts(held=1)


@pytest.mark.parametrize(
    "change", [{"status": ListingStatus.CLOSED}, {"closes_on": TODAY - timedelta(days=1)}]
)
def test_a_notice_that_is_gone_is_not_written_about(match, person, change):
    for name, value in change.items():
        setattr(match.listing, name, value)

    assert write() == Counts(held=1)


def test_many_at_once_write_one_letter(app, match, person):
    start, ended = threading.Barrier(6), []

    def one() -> None:
        with app.app_context():
            start.wait(timeout=30)
            try:
                ended.append(write().sent)
            except Exception as error:  # noqa: BLE001  # whatever it is, the test names it
                ended.append(repr(error))

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(ended) == [0] * 5 + [1]
    assert len(written()) == db.session.query(Digest).count() == db.session.query(DigestItem).count() == 1


def test_falling_over_before_the_commit_leaves_the_letter_to_be_written(match, person):
    run = running.begin(TODAY, NOON)
    running.page(run, running.means(TODAY, NOON), after=0)
    db.session.rollback()

    assert db.session.query(Digest).count() == 0
    assert write() == Counts(sent=1)


def test_a_page_is_read_in_as_many_statements_however_many_people_are_on_it(app, match, person):
    def statements(number: int, after: int) -> int:
        for _ in range(number):
            organisation = OrganisationFactory()
            MatchFactory.create_batch(3, organisation=organisation)
            member_of(organisation)
        db.session.commit()
        run, using = running.begin(TODAY, NOON), running.means(TODAY, NOON)
        with counted_queries() as seen:
            _, counts = running.page(run, using, after=after)
        assert counts.sent == number
        db.session.commit()
        return len(seen)

    write()
    few = statements(2, person.id)
    last = db.session.scalar(db.select(db.func.max(User.id)))
    assert statements(12, last) == few < 20


def test_whoever_had_three_letters_today_waits_for_tomorrow(match, person):
    for number in range(3):
        mail.queue(
            "interest_shown", to_user=person, now=NOON, key=f"news:{number}",
            organisation_name="Howden Hall", other_name="Crook", listing_title="Chairs", url="/", words="",
            reason="", what="",
        )  # fmt: skip
    db.session.commit()

    assert write() == Counts(put_off=1)
    assert write(days=1) == Counts(sent=1)
    assert digest_of(person).period == TODAY


def test_the_command_writes_sends_and_counts(app, match, person):
    member_of(MatchFactory(status=MatchStatus.OPENED).organisation)
    member_of(match.organisation).digest_frequency = DigestFrequency.PAUSED
    db.session.commit()

    assert send(app) == "sent 1, held 1, put off 0, eased 0"
    assert written()[0].sent_at is not None
    files = list((app.config["SETTINGS"].data_dir / "mail").glob("*.eml"))
    letter = message_from_string(files[0].read_text(), policy=policy.default)
    assert (len(files), letter["To"], letter["Subject"]) == (1, person.email, "Twelve chairs")
    assert faults(letter, stream=Stream.DIGEST) == []


def test_the_command_run_twice_sends_once(app, match, person):
    assert send(app) == "sent 1, held 0, put off 0, eased 0"
    assert send(app) == "sent 0, held 0, put off 0, eased 0"
    assert send(app, on=TODAY - timedelta(days=1)) == "sent 0, held 0, put off 0, eased 0", "a day gone by"
    assert len(written()) == 1


def test_processes_side_by_side_write_the_same(app, match, person):
    member_of(match.organisation)
    db.session.commit()

    assert send(app, "--workers", "2") == "sent 2, held 0, put off 0, eased 0"
    assert all(letter.sent_at for letter in written())


def test_a_rehearsal_writes_nothing_and_spoils_nothing(app, match, person):
    assert send(app, "--dry-run") == "would send 1, held 0, put off 0, eased 0"
    assert (written(), db.session.query(Digest).count(), match.notified_at) == ([], 0, None)
    assert send(app) == "sent 1, held 0, put off 0, eased 0"


def test_a_preview_prints_the_letter_and_writes_nothing(app, match, person):
    for who in (str(person.id), person.email):
        with app.app_context():
            result = app.test_cli_runner().invoke(commands, ["preview", who, "--on", TODAY.isoformat()])
        assert f"To: {person.email}\nSubject: Twelve chairs" in result.stdout
        assert "Both mention chairs." in result.stdout
    assert (written(), db.session.query(Digest).count()) == ([], 0)


def test_a_run_that_is_called_off_sends_nothing_more_and_told_nothing(app, match, person):
    write()
    with app.app_context():
        result = app.test_cli_runner().invoke(commands, ["cancel", "--on", TODAY.isoformat()])
        state = app.test_cli_runner().invoke(commands, ["status", "--on", TODAY.isoformat()])
    db.session.expire_all()

    assert result.stdout == "called off, 1 dropped\n"
    assert "called off" in state.stdout
    assert written()[0].dropped_why == "called off"
    assert write(days=7) == Counts(sent=1), "what never left was told to nobody"


def test_people_who_are_not_confirmed_or_belong_nowhere_are_not_written_to(app, match):
    UserFactory()
    member_of(match.organisation).confirmed_at = None
    db.session.commit()

    assert send(app) == "sent 0, held 0, put off 0, eased 0"


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The jobs ask the clock; let it be noon."""
    monkeypatch.setattr(clock, "now", lambda: NOON)


def test_the_hourly_job_writes_to_everybody_due_page_by_page_and_only_once(
    app, match, person, at_noon, monkeypatch
):
    monkeypatch.setattr(jobs, "A_PAGE", 1)
    colleague = member_of(match.organisation)
    member_of(match.organisation).digest_frequency = DigestFrequency.PAUSED
    for _ in range(2):
        outbox.add(jobs.RUN)
        db.session.commit()
        outbox.drain()

    assert [letter.address for letter in written()] == [person.email, colleague.email]
    assert all(letter.sent_at for letter in written())
    assert db.session.scalars(db.select(MailRun)).one().chosen_at == NOON


def test_a_run_whose_job_was_lost_goes_on_where_it_was(app, match, person, at_noon):
    run = running.begin(TODAY, NOON)
    db.session.commit()
    assert waiting(jobs.PAGE) == []

    jobs.run()

    assert waiting(jobs.PAGE) == [{"run_id": run.id, "after": 0}]


def test_nobody_is_written_to_before_seven(app, match, person, monkeypatch):
    for moment, begun in ((due.opens_at(TODAY) - timedelta(seconds=1), 0), (due.opens_at(TODAY), 1)):
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        jobs.run()
        assert len(waiting(jobs.PAGE)) == begun


def test_the_page_of_before_leads_to_all_choices(app, match, person, visitor):
    signed_in(visitor, person).open("/digests/preferences")

    assert visitor.path == "/letters"
