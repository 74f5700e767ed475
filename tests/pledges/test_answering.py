"""Part of it, other days, and calling it off."""

from datetime import timedelta

import pytest

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.files.models import File
from marketplace.pledges import services
from marketplace.pledges.models import End, PledgeStatus, Story
from tests.factories import NOON, MembershipFactory
from tests.pledges.conftest import FRIDAY, later, statuses, sums, uneven
from tests.scenes import events, letters

SATURDAY = FRIDAY + timedelta(days=1)


def propose(scene, pledge, on=SATURDAY, *, end=End.RECEIVER, timing="", now=NOON):
    actor = scene.giver if end is End.GIVER else scene.secretary
    services.propose(pledge, on, timing, end=end, actor=actor, now=now)


def agree(scene, pledge, *, end=End.GIVER):
    services.agree(pledge, end=end, actor=scene.giver if end is End.GIVER else scene.secretary, now=NOON)


# Part


def test_part_of_it_is_taken_and_the_rest_was_not_promised(scene):
    pledge = scene.offer(8)
    for _ in range(2):
        services.accept(pledge, quantity=5, actor=scene.secretary, now=NOON)

    assert (pledge.quantity, pledge.accepted, pledge.held, scene.line.promised) == (8, 5, 5, 5)
    assert sums() == {"promised": 5, "accepted": 5}
    with pytest.raises(Refused, match="accepted already"):
        services.accept(pledge, quantity=6, actor=scene.secretary, now=NOON)


@pytest.mark.parametrize("quantity", [0, 9])
def test_nobody_takes_more_than_was_offered_or_nothing(scene, quantity):
    with pytest.raises(Refused, match="They speak of 8 chairs"):
        services.accept(scene.offer(8), quantity=quantity, actor=scene.secretary, now=NOON)


def test_of_weeks_whole_ones_are_taken(scene):
    pledge = scene.weekly(2, 4)
    with pytest.raises(Refused, match="2 chairs each time"):
        services.accept(pledge, quantity=5, actor=scene.secretary, now=NOON)
    db.session.rollback()

    services.accept(scene.weekly(2, 4), quantity=6, actor=scene.secretary, now=NOON)
    pledge = scene.weekly(2, 4)
    assert [row.quantity for row in pledge.deliveries] == [2, 2, 2]


def test_less_than_was_promised_is_given_and_the_rest_is_needed_again(scene):
    pledge = scene.accepted(8)
    scene.give(pledge, 6)

    assert (pledge.status, pledge.held, scene.line.promised) == (PledgeStatus.DELIVERED, 6, 6)
    assert sums() == {"promised": 8, "accepted": 6, "delivered": 6}
    assert scene.offer(6, key="the rest").status is PledgeStatus.OFFERED


@pytest.mark.parametrize("quantity", [0, 9])
def test_nobody_gives_more_than_they_promised_or_nothing(scene, quantity):
    pledge = scene.accepted(8)

    with pytest.raises(Refused, match="You promised 8 chairs here"):
        services.deliver(pledge.deliveries[0], quantity, actor=scene.giver, now=NOON)


@pytest.mark.parametrize("quantity", [0, 9])
def test_nobody_confirms_more_than_was_given_or_nothing(scene, quantity):
    pledge = scene.delivered(8)

    with pytest.raises(Refused, match="They say they gave 8 chairs"):
        services.confirm(pledge.deliveries[0], quantity, actor=scene.secretary, now=NOON)


# Days


def test_a_yes_to_the_day_offered_plans_it_at_once(scene):
    pledge = scene.scheduled()

    assert statuses(pledge) == (PledgeStatus.SCHEDULED, ["planned"])
    assert (pledge.deliveries[0].due_on, pledge.scheduled_at, pledge.accepted_at) == (FRIDAY, NOON, NOON)


def test_a_yes_on_another_day_has_to_be_agreed(scene):
    pledge = scene.offer(8, starts_on=FRIDAY)
    services.accept(pledge, starts_on=SATURDAY, actor=scene.secretary, now=NOON)
    assert (pledge.status, pledge.proposed_on, pledge.proposed_by) == (
        PledgeStatus.ACCEPTED, SATURDAY, End.RECEIVER,
    )  # fmt: skip
    assert scene.line.promised == 8

    agree(scene, pledge)
    agree(scene, pledge)

    assert (pledge.status, pledge.starts_on, pledge.proposed_by) == (PledgeStatus.SCHEDULED, SATURDAY, None)
    assert events().count("pledge.days_agreed") == 1


def test_a_yes_with_words_about_when_but_no_day_asks_for_one(scene):
    with pytest.raises(Refused, match="Say which day") as refusal:
        services.accept(scene.offer(), timing="In the morning", actor=scene.secretary, now=NOON)
    assert refusal.value.field == "starts_on"


def test_another_day_is_proposed_before_the_yes(scene):
    pledge = scene.offer(8, starts_on=FRIDAY)
    propose(scene, pledge)
    propose(scene, pledge)
    assert letters().count(("pledge_proposed", scene.giver.email)) == 1

    agree(scene, pledge)
    services.accept(pledge, actor=scene.secretary, now=NOON)

    assert (pledge.status, pledge.deliveries[0].due_on) == (PledgeStatus.SCHEDULED, SATURDAY)


def test_a_yes_to_the_giver_s_latest_day_agrees_to_it(scene):
    pledge = scene.offer(8, starts_on=FRIDAY)
    propose(scene, pledge, end=End.GIVER)

    services.accept(pledge, actor=scene.secretary, now=NOON)

    assert (pledge.status, pledge.starts_on) == (PledgeStatus.SCHEDULED, SATURDAY)


def test_the_days_stand_until_others_are_agreed_and_can_be_kept(scene):
    pledge = scene.scheduled()
    propose(scene, pledge)
    assert (pledge.status, pledge.deliveries[0].due_on) == (PledgeStatus.SCHEDULED, FRIDAY)

    propose(scene, pledge, FRIDAY, end=End.GIVER)  # no: it stays as it was

    assert (pledge.proposed_by, pledge.starts_on) == (None, FRIDAY)
    assert events()[-1] == "pledge.days_kept"


def test_nobody_agrees_to_their_own_day_or_to_none(scene):
    pledge = scene.accepted()
    with pytest.raises(Refused, match="no proposed day"):
        agree(scene, pledge)

    propose(scene, pledge)
    with pytest.raises(Refused, match="You proposed this day yourself"):
        agree(scene, pledge, end=End.RECEIVER)


def test_only_what_is_still_to_come_moves(scene):
    pledge = scene.weekly(2, 3, starts_on=FRIDAY)
    services.accept(pledge, actor=scene.secretary, now=NOON)
    scene.give(pledge)

    propose(scene, pledge, FRIDAY + timedelta(days=14))
    agree(scene, pledge)

    found = [(row.due_on - FRIDAY).days for row in pledge.deliveries]
    assert found == [0, 14, 21]
    assert pledge.status is PledgeStatus.PARTLY_DELIVERED


@pytest.mark.parametrize("make", ["delivered", "confirmed", "declined", "withdrawn"])
def test_no_day_is_proposed_for_what_is_over(scene, make):
    pledge = getattr(scene, make)()

    with pytest.raises(Refused, match="no day left to propose"):
        propose(scene, pledge)


# Calling it off, and what does not come


def test_what_was_given_stays_when_the_rest_is_called_off(scene):
    pledge = scene.weekly(2, 3, starts_on=FRIDAY)
    services.accept(pledge, actor=scene.secretary, now=NOON)
    scene.give(pledge)
    for _ in range(2):
        services.withdraw(pledge, reason="The hall closes", end=End.RECEIVER, actor=scene.secretary, now=NOON)

    assert statuses(pledge) == (PledgeStatus.DELIVERED, ["delivered", "called_off", "called_off"])
    assert (pledge.held, scene.line.promised, pledge.ended_by) == (2, 2, End.RECEIVER)
    assert letters().count(("pledge_withdrawn", scene.giver.email)) == 1
    assert uneven() == []


def test_whoever_has_not_said_yes_says_no_instead(scene):
    with pytest.raises(Refused, match="Say no to it instead"):
        services.withdraw(scene.offer(), end=End.RECEIVER, actor=scene.secretary, now=NOON)


def test_the_receiver_says_it_did_not_come_from_its_day_on(scene):
    pledge = scene.scheduled()
    late = {"end": End.RECEIVER, "actor": scene.secretary}
    with pytest.raises(Refused, match="still to come"):
        services.not_delivered(pledge.deliveries[0], "Nobody came", now=later(days=3), **late)

    services.not_delivered(pledge.deliveries[0], "Nobody came", now=later(days=4), **late)

    assert statuses(pledge) == (PledgeStatus.NOT_DELIVERED, ["not_delivered"])
    assert scene.line.promised == 0


def test_without_a_day_nothing_failed_to_come(scene):
    pledge = scene.accepted()

    with pytest.raises(Refused, match="No day was agreed"):
        services.not_delivered(
            pledge.deliveries[0], "Where is it?", end=End.RECEIVER, actor=scene.secretary, now=NOON
        )


def test_one_week_that_did_not_come_leaves_the_others(scene):
    pledge = scene.weekly(2, 3, starts_on=FRIDAY)
    services.accept(pledge, actor=scene.secretary, now=NOON)

    services.not_delivered(pledge.deliveries[1], "Snow", end=End.GIVER, actor=scene.giver, now=NOON)

    assert statuses(pledge) == (PledgeStatus.SCHEDULED, ["planned", "not_delivered", "planned"])
    assert scene.line.promised == 4


# Evidence, certificates and thanks


def photo(organisation_id: int, key: str = "a photo") -> File:
    file = File(
        key=key, name="chairs.jpg", media_type="image/jpeg", size=10, sha256="0" * 64,
        organisation_id=organisation_id, created_at=NOON,
    )  # fmt: skip
    db.session.add(file)
    db.session.flush()
    return file


def test_evidence_is_seen_by_the_receiver_and_marked_in_the_ledger(scene):
    pledge, file = scene.accepted(), photo(scene.firm.id)

    services.deliver(pledge.deliveries[0], 8, "All eight.", [file], actor=scene.giver, now=NOON)
    db.session.commit()

    assert [row.file for row in pledge.deliveries[0].file_rows] == [file]
    assert file.readers == {scene.need.organisation.id}
    marks = db.session.execute(db.text("SELECT stage, length(evidence) FROM ledger_entry ORDER BY id")).all()
    assert marks == [("promised", 0), ("accepted", 0), ("delivered", 64)]


def test_files_of_others_are_no_evidence(scene):
    pledge, file = scene.accepted(), photo(scene.need.organisation.id)

    with pytest.raises(Refused, match="files of your own"):
        services.deliver(pledge.deliveries[0], 8, "", [file], actor=scene.giver, now=NOON)


def test_only_who_may_certifies_and_only_what_was_given(scene):
    pledge = scene.accepted()
    with pytest.raises(Refused, match="You may not certify"):
        services.certify(pledge.deliveries[0], actor=scene.giver, now=NOON)
    scene.giver.memberships[0].may_certify = True
    with pytest.raises(Refused, match="Only what was given"):
        services.certify(pledge.deliveries[0], actor=scene.giver, now=NOON)

    services.certify(scene.give(pledge), actor=scene.giver, now=NOON)
    assert pledge.deliveries[0].certified_by_id == scene.giver.id


def test_thanks_are_said_once_and_better_the_second_time(scene):
    pledge, file = scene.confirmed(), photo(scene.need.organisation.id)
    say = {"actor": scene.secretary, "now": NOON}

    services.thank(pledge, "We sat down.", "Ann", file, **say)
    story = services.thank(pledge, "Forty of us sat down.", "Ann", **say)

    assert (story.words, story.file, file.is_public) == ("Forty of us sat down.", file, True)
    assert db.session.query(Story).count() == 1
    assert letters().count(("pledge_thanked", scene.giver.email)) == 1


def test_nobody_thanks_for_what_has_not_come(scene):
    with pytest.raises(Refused, match="Say first that it came"):
        services.thank(scene.delivered(), "Thank you!", "", actor=scene.secretary, now=NOON)


def test_either_side_takes_the_thanks_down_and_they_stay_down(scene):
    pledge, file = scene.confirmed(), photo(scene.need.organisation.id)
    story = services.thank(pledge, "Thank you!", "", file, actor=scene.secretary, now=NOON)
    with pytest.raises(Refused, match="Only the two sides"):
        services.take_down_story(story, actor=MembershipFactory().user, now=NOON)

    services.take_down_story(story, actor=scene.giver, now=later(days=1))

    assert (story.taken_down_at, file.is_public) == (later(days=1), False)
    with pytest.raises(Refused, match="taken down"):
        services.thank(pledge, "Again!", "", actor=scene.secretary, now=NOON)
