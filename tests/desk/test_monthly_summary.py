"""What an organisation did in a month: from the ledger, in sentences, to everybody who belongs to it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from marketplace import mail, outbox
from marketplace.desk import jobs, summary
from marketplace.extensions import db
from marketplace.ledger.models import Side, Stage
from marketplace.mail.models import MailMessage, MailRun, Stream
from marketplace.pledges import entries
from marketplace.responses.models import Response
from marketplace.subscriptions import services as subscriptions
from tests.factories import (
    NOON,
    MembershipFactory,
    NeedFactory,
    OpportunityFactory,
    OrganisationFactory,
    PledgeFactory,
)
from tests.scenes import counted_queries, member_of

FIRST = datetime(2026, 12, 1, 6, 17, tzinfo=UTC)
NOVEMBER = summary.month_before(FIRST.date())
LONG_AGO = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [
        (date(2026, 12, 1), "2026-11-01T00:00:00+00:00", "2026-12-01T00:00:00+00:00"),
        (date(2026, 12, 31), "2026-11-01T00:00:00+00:00", "2026-12-01T00:00:00+00:00"),
        (date(2026, 1, 7), "2025-12-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00"),
        (date(2026, 4, 1), "2026-03-01T00:00:00+00:00", "2026-04-01T00:00:00+01:00"),
        (date(2026, 11, 1), "2026-10-01T00:00:00+01:00", "2026-11-01T00:00:00+00:00"),
    ],
)
def test_a_month_is_of_the_places_own_days(day, begins, ends):
    month = summary.month_before(day)

    assert (month.begins.isoformat(), month.ends.isoformat()) == (begins, ends)
    assert month.told_on == day.replace(day=1)


@pytest.fixture
def hall(app):
    """A hall with a need, to which chairs were promised."""
    organisation = OrganisationFactory(name="Tow Law Village Hall")
    person = member_of(organisation)
    listing = NeedFactory(organisation=organisation, published_at=LONG_AGO)
    pledge = PledgeFactory(listing=listing, quantity=12)
    entries.promised(pledge, 12, actor=person, now=NOON)
    db.session.commit()
    return organisation


def run() -> MailRun:
    return mail.begin_run(Stream.SUMMARY, NOVEMBER.told_on, FIRST)


def write(now: datetime = FIRST) -> list[MailMessage]:
    summary.write_page(run(), NOVEMBER, after=0, now=now)
    query = db.select(MailMessage).where(MailMessage.template == "monthly_summary")
    return list(db.session.scalars(query.order_by(MailMessage.id)))


def test_what_was_promised_answered_and_put_up_is_said_in_words(hall):
    opportunity = OpportunityFactory(organisation=hall, published_at=NOON)
    supplier = OrganisationFactory()
    giver = db.session.scalars(db.select(PledgeFactory._meta.model)).one().giver
    db.session.add(
        Response(opportunity=opportunity, supplier=supplier, buyer=hall, words="Yes.", interested_at=NOON)
    )
    db.session.flush()

    found = summary.did([hall.id, supplier.id, giver.id], NOVEMBER)

    assert found == {
        hall.id: ["You had 1 answer to what you asked for.", "You put up 1 notice."],
        supplier.id: ["You answered 1 opportunity."],
        giver.id: ["You promised 12 items."],
    }


def test_what_fell_in_another_month_is_not_of_this_one(hall):
    OpportunityFactory(organisation=hall, published_at=NOVEMBER.ends)
    OpportunityFactory(organisation=hall, published_at=NOVEMBER.begins - timedelta(seconds=1))

    assert hall.id not in summary.did([hall.id], NOVEMBER)
    december = summary.month_before(date(2027, 1, 1))
    assert summary.did([hall.id], december) == {hall.id: ["You put up 1 notice."]}


def test_amounts_of_every_kind_are_joined_as_people_say_them():
    assert summary._amounts({"money": 1500, "goods": 1, "volunteers": 40}) == (
        "40 hours of volunteering, 1 item and £1,500"
    )


def test_every_step_that_is_told_is_one_of_its_side():
    steps = {Side.SUPPORT: set(), Side.SPEND: set()}
    for side, stage in (*summary.GAVE, *summary.GOT):
        steps[side].add(stage)

    assert Stage.PAID not in steps[Side.SUPPORT]
    assert steps[Side.SPEND] == {Stage.AWARDED, Stage.PAID}


def test_a_letter_goes_to_each_person_of_an_organisation_that_did_something(hall):
    OpportunityFactory(organisation=hall, published_at=NOON)
    nothing = MembershipFactory()
    both = MembershipFactory(organisation=hall).user
    MembershipFactory(user=both, organisation=nothing.organisation)
    db.session.flush()

    letters = write()

    assert [letter.user_id for letter in letters] == [hall.memberships[0].user_id, both.id]
    assert {letter.subject for letter in letters} == {"What Tow Law Village Hall did in November"}
    (shown,) = letters[0].words["organisations"]
    assert shown == {"name": "Tow Law Village Hall", "lines": ["You put up 1 notice."]}
    text, html = mail.words_of(letters[0])
    assert "- You put up 1 notice." in text
    assert "This came of November 2026." in text
    assert "<li" in html


def test_somebody_of_two_organisations_has_one_letter(hall):
    person = hall.memberships[0].user
    other = MembershipFactory(user=person).organisation
    for each in (hall, other):
        OpportunityFactory(organisation=each, published_at=NOON)

    (letter,) = write()

    assert letter.subject == "What your organisations did in November"
    assert [each["name"] for each in letter.words["organisations"]] == [hall.name, other.name]


def test_writing_it_again_writes_to_nobody_twice(hall):
    OpportunityFactory(organisation=hall, published_at=NOON)

    assert len(write()) == len(write()) == 1


def test_whoever_stopped_it_gets_none_and_whoever_had_enough_today_waits(hall):
    OpportunityFactory(organisation=hall, published_at=NOON)
    person = hall.memberships[0].user
    for _ in range(3):
        mail.queue("ledger_broken", to_user=person, now=FIRST, count=1, faults=["One."], url="/ledger")
    assert write() == []
    assert len(write(FIRST + timedelta(days=1))) == 1

    other = member_of(hall)
    subscriptions.stop(other, Stream.SUMMARY, source="one click", now=NOON)
    assert len(write(FIRST + timedelta(days=2))) == 1


def test_a_page_of_people_takes_as_many_questions_however_many_organisations_there_are(app):
    def asked_for(number: int) -> int:
        for _ in range(number):
            member = MembershipFactory()
            OpportunityFactory(organisation=member.organisation, published_at=NOON)
        db.session.commit()
        db.session.expunge_all()
        this = run()
        with counted_queries() as seen:
            summary.write_page(this, NOVEMBER, after=0, now=FIRST)
        db.session.rollback()
        return len(seen)

    assert asked_for(2) == asked_for(6)


@pytest.mark.parametrize(("day", "begins"), [(1, True), (7, True), (8, False), (28, False)])
def test_the_run_begins_in_the_first_days_of_a_month(hall, monkeypatch, day, begins):
    monkeypatch.setattr("marketplace.clock.now", lambda: FIRST.replace(day=day))
    jobs.begin_summaries()

    found = db.session.scalars(db.select(MailRun)).all()
    assert [each.day for each in found] == ([date(2026, 12, 1)] if begins else [])


def test_all_pages_are_written_and_every_letter_leaves(hall, monkeypatch):
    monkeypatch.setattr("marketplace.clock.now", lambda: FIRST)
    monkeypatch.setattr(summary, "PEOPLE_AT_ONCE", 2)
    OpportunityFactory(organisation=hall, published_at=NOON)
    for _ in range(4):
        member_of(hall)
    jobs.begin_summaries()
    db.session.commit()
    outbox.drain()

    db.session.rollback()
    letters = db.session.scalars(db.select(MailMessage)).all()
    assert len(letters) == 5
    assert all(letter.sent_at for letter in letters)
    assert run().chosen_at == FIRST
