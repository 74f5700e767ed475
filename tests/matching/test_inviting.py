"""Inviting organisations to a notice, and putting one forward: what changes, and who is written to."""

from datetime import timedelta

import pytest

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.mail.models import MailMessage
from marketplace.matching import inviting
from marketplace.matching.models import Match, MatchStatus
from tests.factories import (
    NOON,
    MatchFactory,
    NeedFactory,
    OpportunityFactory,
    OrganisationFactory,
    UserFactory,
)
from tests.scenes import events, letters, member_of

YESTERDAY = NOON.date() - timedelta(days=1)


def invite(match: Match, words: str = "", *, room: int | None = None) -> None:
    rooms = {match.organisation_id: room}
    inviting.invite(match, words, rooms=rooms, actor=UserFactory(), now=NOON)


def put_forward(listing, organisation, words: str = "They did our hall.") -> Match:
    return inviting.put_forward(listing, organisation, words, actor=UserFactory(is_convener=True), now=NOON)


def test_an_invitation_is_kept_and_told_to_everybody_of_the_organisation_once(app):
    match = MatchFactory(organisation__name="The College", listing__title="Chairs")
    first, second = member_of(match.organisation), member_of(match.organisation)
    invite(match, "You helped last year.")

    assert (match.invited_at, match.invited_words) == (NOON, "You helped last year.")
    assert letters() == [("invited", first.email), ("invited", second.email)]
    assert events() == ["match.invited"]
    with pytest.raises(Refused, match="invited them already"):
        invite(match)
    assert len(letters()) == 2


def test_the_letter_says_who_asks_about_what_and_in_which_words(app):
    match = MatchFactory(listing__title="Chairs", listing__organisation__name="Village Hall")
    match.listing.closes_on = NOON.date()
    member_of(match.organisation)
    invite(match, "Could you spare <twelve>?")
    letter = db.session.scalars(db.select(MailMessage)).one()

    assert letter.subject == "Village Hall would like you to look at “Chairs”"
    for text in (letter.text, letter.html.replace("&lt;", "<").replace("&gt;", ">")):
        assert "Could you spare <twelve>?" in text
        assert "until 23 November 2026" in text
        assert f"/matches/{match.id}" in text


DECLINED = ({"status": MatchStatus.DECLINED}, None, "isn’t for them")
INTERESTED = ({"status": MatchStatus.INTERESTED}, None, "answered already")
CONVERTED = ({"status": MatchStatus.CONVERTED}, None, "answered already")
RETIRED = ({"retired_at": NOON}, None, "no longer fit")
UNCLAIMED = ({"organisation__claimed_at": None}, None, "Nobody speaks for them")
FULL = ({}, 0, "no room")
CLOSED = ({"listing__status": ListingStatus.CLOSED}, None, "takes no more answers")
TOO_LATE = ({"listing__closes_on": YESTERDAY}, None, "takes no more answers")


@pytest.mark.parametrize(
    ("overrides", "room", "why"),
    [DECLINED, INTERESTED, CONVERTED, RETIRED, UNCLAIMED, FULL, CLOSED, TOO_LATE],
)
def test_an_invitation_is_refused_with_a_reason(app, overrides, room, why):
    match = MatchFactory(**overrides)
    with pytest.raises(Refused, match=why):
        invite(match, room=room)

    assert match.invited_at is None
    assert letters() == []
    assert events() == []


@pytest.mark.parametrize("status", [MatchStatus.OPENED, MatchStatus.SNOOZED])
def test_who_only_looked_or_said_later_can_be_invited(app, status):
    match = MatchFactory(status=status)
    invite(match, room=3)

    assert match.invited_at == NOON
    assert match.status is status


def test_two_colleagues_at_once_send_one_invitation(app):
    match = MatchFactory()
    member_of(match.organisation)
    stale = inviting.why_not(match, rooms={}, today=NOON.date())
    db.session.execute(
        db.update(Match).values(invited_at=NOON), execution_options={"synchronize_session": False}
    )
    assert stale == ""
    with pytest.raises(Refused, match="invited them already"):
        invite(match)

    assert letters() == []


def test_of_several_those_who_cannot_be_invited_stop_nobody_else(app):
    listing = NeedFactory()
    able, answered = (
        MatchFactory(listing=listing),
        MatchFactory(listing=listing, status=MatchStatus.INTERESTED),
    )
    member_of(able.organisation)
    done = inviting.invite_all([answered, able], "", rooms={}, actor=UserFactory(), now=NOON)

    assert done.invited == (able,)
    assert done.left_out == ((answered, "They have answered already."),)
    assert len(letters()) == 1


def test_a_pair_nobody_ranked_can_be_put_forward(app):
    listing, organisation = OpportunityFactory(), OrganisationFactory()
    match = put_forward(listing, organisation)
    db.session.flush()

    assert (match.organisation_id, match.listing_id) == (organisation.id, listing.id)
    assert (match.put_forward_at, match.put_forward_words) == (NOON, "They did our hall.")
    assert match.retired_at is None
    assert match.score == sum(part["points"] for part in match.parts)
    assert events() == ["match.put_forward"]


def test_putting_forward_brings_back_what_was_retired_and_leaves_the_rest_as_it_was(app):
    retired = MatchFactory(retired_at=NOON)
    standing = MatchFactory(suggested_at=NOON - timedelta(days=3))
    for match in (retired, standing):
        assert put_forward(match.listing, match.organisation) is match

    assert retired.retired_at is None
    assert (standing.score, standing.suggested_at) == (62, NOON - timedelta(days=3))


def test_putting_forward_is_refused_with_a_reason(app):
    listing, closed = NeedFactory(), NeedFactory(status=ListingStatus.CLOSED)
    declined = MatchFactory(listing=listing, status=MatchStatus.DECLINED)
    answered = MatchFactory(listing=listing, status=MatchStatus.CONVERTED)
    forward = MatchFactory(listing=listing, put_forward_at=NOON)
    for organisation, notice, why in (
        (listing.organisation, listing, "own notice"),
        (declined.organisation, listing, "isn’t for them"),
        (answered.organisation, listing, "answered already"),
        (forward.organisation, listing, "put forward already"),
        (OrganisationFactory(), closed, "takes no more answers"),
        (OrganisationFactory(status="suspended"), listing, "not on the board"),
    ):
        with pytest.raises(Refused, match=why):
            put_forward(notice, organisation)
    assert events() == []


def test_taking_back_retires_what_stood_by_hand_alone(app):
    by_hand = put_forward(NeedFactory(), OrganisationFactory())
    ranked = MatchFactory(suggested_at=NOON - timedelta(days=3))
    put_forward(ranked.listing, ranked.organisation)
    for match in (by_hand, ranked):
        for _ in range(2):  # the button pressed twice is the same
            inviting.take_back(match, actor=UserFactory(), now=NOON)

    assert (by_hand.put_forward_at, by_hand.put_forward_words, by_hand.retired_at) == (None, "", NOON)
    assert (ranked.put_forward_at, ranked.retired_at) == (None, None)
    assert events().count("match.put_forward_taken_back") == 2


def test_what_was_answered_already_cannot_be_taken_back(app):
    match = MatchFactory(put_forward_at=NOON, status=MatchStatus.INTERESTED)
    with pytest.raises(Refused, match="answered already"):
        inviting.take_back(match, actor=UserFactory(), now=NOON)
