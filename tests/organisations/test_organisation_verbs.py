"""What people do with organisations, and what follows from it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from itsdangerous import TimestampSigner
from sqlalchemy.exc import IntegrityError

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.organisations import services
from marketplace.organisations.models import MembershipRole, OrganisationKind
from marketplace.organisations.services import OrganisationDetails
from marketplace.places.queries import UnknownPlace
from tests.accounts.letters import last_link, letters_to, token_in
from tests.factories import NOON, MembershipFactory, OrganisationFactory, PlaceFactory, UserFactory
from tests.scenes import events, jobs

LATER = NOON + timedelta(days=40)
DETAILS = OrganisationDetails(
    name="Tow Law Hall",
    kind=OrganisationKind.VOLUNTARY,
    about="A hall.",
    where="crook",
    staff=2,
    turnover=40_000,
    interests=("food-drink", "sport-leisure"),
)


@pytest.fixture
def hall(app):
    return services.create(DETAILS, place=PlaceFactory(), actor=UserFactory(), now=NOON)


@pytest.fixture
def invited(app):
    """An invitation to a colleague, and the token in the letter they got."""
    with app.test_request_context():
        member = MembershipFactory(organisation__name="Tow Law Hall")
        invitation = services.invite(member.organisation, " Pat@Hall.example ", actor=member.user, now=NOON)
        db.session.commit()
        yield invitation, token_in(last_link("pat@hall.example"))


def test_whoever_makes_an_organisation_owns_it(hall):
    (membership,) = hall.memberships

    assert membership.role is MembershipRole.OWNER
    assert (hall.claimed_at, hall.created_at) == (NOON, NOON)
    assert events() == ["organisation.created"]


def test_a_new_organisation_is_put_on_the_map_and_found_and_matched(hall):
    assert (hall.town, hall.lat, hall.lon) == ("Crook", 54.714, -1.745)
    assert jobs("search.index") == [{"keys": [f"organisation:{hall.id}"]}]
    assert jobs("matching.organisation") == [{"organisation_id": hall.id}]


def test_facts_about_its_size_are_dated_when_they_change_and_only_then(hall):
    actor = UserFactory()
    assert hall.facts_on == NOON.date()

    services.edit(hall, replace(DETAILS, about="A bigger hall."), actor=actor, now=LATER)
    assert (hall.about, hall.facts_on) == ("A bigger hall.", NOON.date())
    services.edit(hall, replace(DETAILS, staff=3), actor=actor, now=LATER)
    assert (hall.staff, hall.facts_on) == (3, LATER.date())
    assert events() == ["organisation.created", "organisation.edited", "organisation.edited"]


def test_an_edit_replaces_what_it_is_interested_in(hall):
    services.edit(hall, replace(DETAILS, interests=("sport-leisure",)), actor=UserFactory(), now=LATER)
    db.session.flush()
    db.session.expire(hall)

    assert list(hall.interests) == ["sport-leisure"]


def test_a_place_nobody_knows_is_refused_with_towns_to_choose_from(hall):
    with pytest.raises(UnknownPlace) as caught:
        services.edit(hall, replace(DETAILS, where="Atlantis"), actor=UserFactory(), now=LATER)

    assert "Crook" in caught.value.towns


def test_an_organisation_holds_a_person_once(hall):
    with pytest.raises(IntegrityError):
        MembershipFactory(user=hall.memberships[0].user, organisation=hall)


def test_an_invitation_is_a_letter_to_one_address(invited):
    invitation, _ = invited

    (letter,) = letters_to("pat@hall.example")
    assert invitation.email == "pat@hall.example"
    assert "Tow Law Hall" in letter.subject
    assert events() == ["invitation.sent"]


def test_whoever_holds_the_address_joins_once(invited):
    invitation, token = invited
    pat = UserFactory(email="pat@hall.example")

    services.accept(services.read_invitation(token), actor=pat, now=LATER)
    db.session.commit()

    assert [each.organisation.name for each in pat.memberships] == ["Tow Law Hall"]
    assert pat.memberships[0].role is MembershipRole.MEMBER
    assert (invitation.accepted_at, events()[-1]) == (LATER, "invitation.accepted")
    with pytest.raises(Refused, match="too old or has been used"):
        services.read_invitation(token)


def test_a_link_sent_on_to_somebody_else_lets_nobody_in(invited):
    invitation, token = invited
    other = UserFactory()

    with pytest.raises(Refused, match="sent to another address"):
        services.accept(services.read_invitation(token), actor=other, now=LATER)
    assert other.memberships == []
    assert invitation.accepted_at is None


def test_two_invitations_to_one_person_make_one_membership(app, invited):
    first, _ = invited
    pat = UserFactory(email="pat@hall.example")
    again = services.invite(first.organisation, pat.email, actor=first.invited_by, now=NOON)
    for invitation in (first, again):
        services.accept(invitation, actor=pat, now=LATER)
        db.session.commit()

    assert len(pat.memberships) == 1


def test_a_member_is_not_invited_again(invited):
    invitation, _ = invited
    member = invitation.invited_by

    with pytest.raises(Refused, match="already belongs"):
        services.invite(invitation.organisation, member.email.upper(), actor=member, now=NOON)


@pytest.mark.parametrize("token", ["", "MQ.x.y", "nonsense"])
def test_what_is_no_invitation_is_refused(app, token):
    with pytest.raises(Refused, match="too old or has been used"):
        services.read_invitation(token)


@pytest.mark.parametrize(("days", "good"), [(13, True), (15, False)])
def test_an_invitation_lives_for_two_weeks(app, monkeypatch, days, good):
    real = TimestampSigner.get_timestamp
    with app.test_request_context(), monkeypatch.context() as past:
        past.setattr(TimestampSigner, "get_timestamp", lambda self: real(self) - days * 86400)
        member = MembershipFactory()
        services.invite(member.organisation, "pat@hall.example", actor=member.user, now=NOON)
        db.session.commit()
    token = token_in(last_link("pat@hall.example"))

    if good:
        assert services.read_invitation(token).email == "pat@hall.example"
    else:
        with pytest.raises(Refused):
            services.read_invitation(token)


@pytest.mark.parametrize("impossible", [{"staff": -1}, {"turnover": -1}, {"lat": None}])
def test_the_database_refuses_impossible_facts(app, impossible):
    with pytest.raises(IntegrityError):
        OrganisationFactory(**impossible)
