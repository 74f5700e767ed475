"""What happens when nobody does anything, by when, and who is reminded before."""

import pytest

from marketplace.extensions import db
from marketplace.outbox import services as outbox_services
from marketplace.outbox.models import OutboxRow
from marketplace.pledges import jobs, lapsing, services
from marketplace.pledges.models import End, PledgeStatus
from marketplace.pledges.turns import Turn, turn
from tests.factories import NOON
from tests.pledges.conftest import FRIDAY, convener, later, statuses, sums, uneven
from tests.scenes import jobs as waiting_rows
from tests.scenes import letters


def after(pledge, **more):
    """Let so much time pass, and what runs out run out."""
    db.session.commit()
    for pledge_id in lapsing.due_ids(later(**more)):
        assert pledge_id == pledge.id
        lapsing.lapse(pledge, now=later(**more))
    db.session.commit()


def reminded(pledge, **more):
    db.session.commit()
    before = len(letters())
    for pledge_id in lapsing.to_nudge(later(**more)):
        assert pledge_id == pledge.id
        lapsing.nudge(pledge, now=later(**more))
    return letters()[before:]


def test_an_offer_nobody_answers_lapses_after_fourteen_days(scene):
    pledge = scene.offer()
    after(pledge, days=13, hours=23)
    assert pledge.status is PledgeStatus.OFFERED

    after(pledge, days=14)

    assert (pledge.status, pledge.lapsed_at) == (PledgeStatus.LAPSED, later(days=14))
    assert sums() == {}
    told = [address for name, address in letters() if name == "pledge_lapsed"]
    assert told == [scene.giver.email, scene.secretary.email]
    assert uneven() == []


def test_an_offer_for_a_day_lapses_before_that_day(scene):
    pledge = scene.offer(starts_on=FRIDAY)
    after(pledge, days=3, hours=11)
    assert pledge.status is PledgeStatus.OFFERED

    after(pledge, days=3, hours=12)  # Friday begins

    assert pledge.status is PledgeStatus.LAPSED


def test_an_offer_for_today_waits_a_day_at_least(scene):
    assert scene.offer(starts_on=NOON.date()).due_at == later(days=1)


def test_a_yes_without_a_day_lapses_after_four_weeks_and_reopens_the_need(scene):
    pledge = scene.accepted()
    after(pledge, days=27)
    assert scene.line.promised == 8

    after(pledge, days=28)

    assert statuses(pledge) == (PledgeStatus.LAPSED, ["called_off"])
    assert scene.line.promised == 0
    assert sums() == {"promised": 8}


def test_what_was_planned_and_never_said_to_be_given_counts_as_not_delivered(scene):
    pledge = scene.scheduled()
    after(pledge, days=18)
    assert pledge.status is PledgeStatus.SCHEDULED

    after(pledge, days=18, hours=12)  # fourteen whole days after Friday

    assert statuses(pledge) == (PledgeStatus.NOT_DELIVERED, ["not_delivered"])
    assert scene.line.promised == 0
    services.dispute(
        pledge.deliveries[0], "We gave it!", end=End.GIVER, actor=scene.giver, now=later(days=20)
    )
    assert pledge.status is PledgeStatus.DISPUTED


def test_what_was_given_never_lapses_but_goes_to_the_convener(scene):
    pledge = scene.delivered()
    after(pledge, days=14)

    assert statuses(pledge) == (PledgeStatus.DELIVERED, ["delivered"])
    assert (pledge.escalated_at, pledge.due_at) == (later(days=14), None)
    assert turn(pledge) == Turn(None, "Find out whether it came", None)
    after(pledge, days=100)
    assert scene.line.promised == 8


def test_what_nobody_confirmed_is_decided_by_the_convener_or_still_confirmed(scene):
    first, second = scene.delivered(5, key="one"), scene.delivered(4, key="two")
    db.session.commit()
    for pledge_id in lapsing.due_ids(later(days=14)):
        lapsing.lapse(db.session.get_one(type(first), pledge_id), now=later(days=14))

    services.settle(first.deliveries[0], 5, "I went and saw.", actor=convener(), now=later(days=15))
    services.confirm(second.deliveries[0], actor=scene.secretary, now=later(days=15))

    assert first.status is second.status is PledgeStatus.CONFIRMED
    assert uneven() == []


def test_what_nobody_confirmed_is_still_looked_into_when_the_rest_is_called_off(scene):
    pledge = scene.weekly(2, 2, starts_on=FRIDAY)
    services.accept(pledge, actor=scene.secretary, now=NOON)
    scene.give(pledge)
    after(pledge, days=14)
    assert pledge.escalated_at == later(days=14)

    scene.take_back(pledge, now=later(days=14))
    assert (pledge.status, pledge.escalated_at) == (PledgeStatus.DELIVERED, later(days=14))
    assert turn(pledge) == Turn(None, "Find out whether it came", None)
    assert uneven() == []


def test_while_another_time_of_it_waits_too_long_the_convener_looks_on(scene):
    pledge = scene.weekly(2, 2, starts_on=FRIDAY)
    services.accept(pledge, actor=scene.secretary, now=NOON)
    first, second = scene.give(pledge), scene.give(pledge, number=2)
    after(pledge, days=14)

    services.confirm(first, actor=scene.secretary, now=later(days=15))
    assert pledge.escalated_at == later(days=14)
    services.settle(second, 2, "I went and saw.", actor=convener(), now=later(days=16))
    assert pledge.status is PledgeStatus.CONFIRMED
    assert pledge.escalated_at is None
    assert uneven() == []


def test_of_weeks_promised_those_given_stay_when_the_rest_lapses(scene):
    pledge = scene.weekly(2, 4, starts_on=FRIDAY)
    services.accept(pledge, actor=scene.secretary, now=NOON)
    services.confirm(scene.give(pledge), actor=scene.secretary, now=NOON)

    after(pledge, days=60)

    assert statuses(pledge) == (PledgeStatus.CONFIRMED, ["confirmed", *["not_delivered"] * 3])
    assert (pledge.held, scene.line.promised) == (2, 2)


@pytest.mark.parametrize(
    ("make", "to", "half"),
    [("offer", "secretary", 7), ("accepted", "giver", 14), ("delivered", "secretary", 7)],
)
def test_whoever_has_the_move_is_reminded_once_at_half_time(scene, make, to, half):
    pledge = getattr(scene, make)()

    assert reminded(pledge, days=half - 1) == []
    assert reminded(pledge, days=half) == [("pledge_nudge", getattr(scene, to).email)]
    assert reminded(pledge, days=half + 1) == []


def test_a_new_turn_is_reminded_anew(scene):
    pledge = scene.offer()
    reminded(pledge, days=7)
    services.accept(pledge, actor=scene.secretary, now=later(days=8))

    assert reminded(pledge, days=22) == [("pledge_nudge", scene.giver.email)]


def test_what_was_done_meanwhile_neither_lapses_nor_is_reminded_of(scene):
    pledge = scene.offer()
    services.decline(pledge, "No", actor=scene.secretary, now=NOON)
    version = pledge.version

    lapsing.lapse(pledge, now=later(days=14))
    lapsing.nudge(pledge, now=later(days=7))

    assert (pledge.status, pledge.version) == (PledgeStatus.DECLINED, version)


@pytest.mark.parametrize(
    ("make", "end", "words"),
    [
        ("offer", End.RECEIVER, "Say yes or no"),
        ("accepted", End.GIVER, "Propose a day, or give it and say so"),
        ("scheduled", End.GIVER, "Give it and say so"),
        ("delivered", End.RECEIVER, "Say whether it came"),
        ("disputed", None, "Decide what counts"),
    ],
)
def test_it_is_always_said_whose_move_it_is(scene, make, end, words):
    pledge = getattr(scene, make)()

    assert turn(pledge) == Turn(end, words, pledge.due_at)


@pytest.mark.parametrize("make", ["declined", "withdrawn", "confirmed", "verified"])
def test_nobody_has_the_move_when_it_has_ended(scene, make):
    pledge = getattr(scene, make)()

    assert turn(pledge) is None
    assert (pledge.due_at, pledge.turn_began_at) == (None, None)


def test_every_hour_each_that_is_due_gets_a_row_of_its_own(scene):
    late, half_way = scene.offer(2, key="late"), scene.offer(2, key="half-way")
    long_ago = later(days=-100)
    late.turn_began_at, late.due_at = long_ago, later(days=-50)
    half_way.turn_began_at, half_way.due_at = long_ago, later(days=50)
    db.session.commit()

    jobs.lapse()
    jobs.nudge()

    assert waiting_rows("pledges.lapse_one") == [{"pledge_id": late.id}]
    assert waiting_rows("pledges.nudge_one") == [{"pledge_id": half_way.id}]
    jobs.lapse_one(late.id)
    jobs.nudge_one(half_way.id)
    assert (late.status, half_way.nudged_at is None) == (PledgeStatus.LAPSED, False)


def no_paper(*_: object, **__: object) -> None:
    raise OSError("no paper")


def test_what_one_verb_did_is_undone_whole_when_its_last_step_fails(scene, monkeypatch):
    pledge = scene.offer(8)
    db.session.commit()

    monkeypatch.setattr("marketplace.audit.record", no_paper)
    with pytest.raises(OSError, match="no paper"):
        services.accept(pledge, actor=scene.secretary, now=NOON)
    db.session.rollback()

    assert (pledge.status, scene.line.promised) == (PledgeStatus.OFFERED, 0)
    assert sums() == {"promised": 8}
    assert uneven() == []


def test_a_letter_that_cannot_be_written_holds_no_verb_up_and_is_tried_again(scene, monkeypatch):
    pledge = scene.offer(8)
    services.accept(pledge, actor=scene.secretary, now=NOON)
    db.session.commit()

    told = db.select(OutboxRow).where(OutboxRow.name == "pledges.tell").order_by(OutboxRow.id)
    with monkeypatch.context() as without:
        without.setattr("marketplace.mail.queue", no_paper)
        for row in db.session.scalars(told).all():
            outbox_services.carry_out(row.id, now=row.due_at)
    assert pledge.status is PledgeStatus.ACCEPTED
    rows = db.session.scalars(told).all()
    assert [(row.attempts, row.done_at, row.error) for row in rows] == [(1, None, "OSError: no paper")] * 2
    assert ("pledge_accepted", scene.giver.email) in letters()
