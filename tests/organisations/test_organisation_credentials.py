"""What an organisation says it holds and how local it is: saying it, keeping it, showing it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.extensions import db
from marketplace.organisations import services
from marketplace.organisations.models import OrganisationKind
from marketplace.organisations.services import OrganisationDetails
from marketplace.places.models import Postcode
from tests.factories import NOON, MembershipFactory, OrganisationFactory, PlaceFactory, UserFactory
from tests.scenes import counted_queries, jobs, signed_in
from tests.visitor import Visitor

LATER = NOON + timedelta(days=40)
DETAILS = OrganisationDetails(
    name="Wear Electrical",
    kind=OrganisationKind.BUSINESS,
    about="Electricians.",
    where="Crook",
    credentials=("electrical", "public-liability-5m"),
    staff_local=80,
)


@pytest.fixture
def firm(app):
    """Not committed yet: an edit queues the matching together with it, once."""
    return services.create(DETAILS, place=PlaceFactory(), actor=UserFactory(), now=NOON)


@pytest.fixture
def member(app):
    PlaceFactory()
    return MembershipFactory(organisation__name="Tow Law Hall", organisation__town="Crook")


def edited(firm, **changed):
    services.edit(firm, replace(DETAILS, **changed), actor=UserFactory(), now=LATER)
    db.session.commit()
    db.session.expire_all()
    return firm


def ticked(visitor):
    return [
        box["value"]
        for box in visitor.page.find_all("input", {"name": "credentials"})
        if box.has_attr("checked")
    ]


def test_an_edit_replaces_what_it_holds_and_has_it_matched_again(firm):
    edited(firm, credentials=("public-liability-5m", "ssip"))

    assert set(firm.credentials) == {"public-liability-5m", "ssip"}
    assert jobs("matching.organisation") == [{"organisation_id": firm.id}]


def test_how_local_it_is_is_dated_when_it_changes_and_only_then(firm):
    assert (firm.staff_local, firm.spend_local, firm.local_facts_on) == (80, None, NOON.date())

    assert edited(firm, about="Electricians of Crook.").local_facts_on == NOON.date()
    assert edited(firm, spend_local=0).local_facts_on == LATER.date()
    assert edited(firm, staff_local=None).local_facts_on is None


def test_what_is_ticked_is_still_ticked_when_the_form_is_opened_again(visitor, member):
    organisation = member.organisation
    signed_in(visitor, member.user).open(f"/organisations/{organisation.id}/edit")
    visitor.press("Save your changes", credentials=["ssip", "gas-safe"], staff_local="60%", spend_local="0")
    visitor.open(f"/organisations/{organisation.id}/edit")

    assert sorted(ticked(visitor)) == ["gas-safe", "ssip"]
    assert visitor.page.find("input", {"name": "staff_local"})["value"] == "60"
    assert visitor.page.find("input", {"name": "spend_local"})["value"] == "0"

    visitor.press("Save your changes", credentials=[])
    db.session.expire_all()
    assert list(organisation.credentials) == []


def test_only_the_groups_with_something_ticked_are_open(visitor, member):
    member.organisation.credentials = ["gas-safe"]
    signed_in(visitor, member.user).open(f"/organisations/{member.organisation_id}/edit")
    folds = visitor.page.find_all("details", class_="pf-choosing")

    assert len(folds) == 5
    assert ["gas-safe" in str(fold) for fold in folds] == [fold.has_attr("open") for fold in folds]


def test_the_questions_name_the_place(visitor, member):
    signed_in(visitor, member.user).open(f"/organisations/{member.organisation_id}/edit")

    assert "How many of your staff live in County Durham?" in visitor.text
    assert "comes from suppliers in County Durham?" in visitor.text


@pytest.mark.parametrize("field", ["staff_local", "spend_local"])
@pytest.mark.parametrize("typed", ["101", "-1", "most of them", "12.5"])
def test_a_share_that_cannot_be_is_told_and_everything_typed_is_kept(visitor, member, field, typed):
    signed_in(visitor, member.user).open(f"/organisations/{member.organisation_id}/edit")
    visitor.press("Save your changes", status=422, credentials=["ssip"], **{field: typed})

    summary = visitor.page.find(class_="govuk-error-summary")
    assert "Enter a whole percentage from 0 to 100, such as 60" in summary.get_text()
    assert summary.find("a")["href"] == f"#{field}"
    assert visitor.page.find("input", {"name": field})["value"] == typed
    assert ticked(visitor) == ["ssip"]


def test_a_credential_nobody_listed_is_refused_at_the_list(app, visitor, member):
    signed_in(visitor, member.user).open(f"/organisations/{member.organisation_id}/edit")
    visitor.press("Save your changes", status=422, credentials=["knighthood"])

    link = visitor.page.find(class_="govuk-error-summary").find("a")
    assert link["href"] == "#credentials"
    assert visitor.page.find(id="credentials") is not None


def test_anybody_reads_what_it_says_of_itself_as_its_own_word(app, firm):
    edited(firm, spend_local=45)
    text = Visitor(app).open(f"/organisations/{firm.id}").text

    assert "As they say themselves" in text
    assert "Registered electrician" in text
    assert "80% of their staff live in County Durham" in text
    assert "45% of what they buy comes from suppliers in County Durham" in text
    assert "They gave the shares on 2 January 2027" in text
    assert "Nobody has checked this for you" in text


def test_whoever_says_nothing_has_nothing_shown(app):
    organisation = OrganisationFactory()
    db.session.commit()

    assert "As they say themselves" not in Visitor(app).open(f"/organisations/{organisation.id}").text


def test_a_postcode_survives_an_edit_that_does_not_touch_it(visitor, member):
    db.session.add(Postcode(code="DL159AA", district="DL15", lat=54.71, lon=-1.74))
    member.organisation.postcode = "DL15 9AA"
    signed_in(visitor, member.user).open(f"/organisations/{member.organisation_id}/edit")
    assert visitor.page.find("input", {"name": "where"})["value"] == "DL15 9AA"

    visitor.press("Save your changes", about="As before, but shorter.")

    db.session.expire_all()
    assert (member.organisation.postcode, member.organisation.lat) == ("DL15 9AA", 54.71)


def test_the_page_takes_no_more_statements_for_more_credentials(app, firm):
    counts = []
    for held in ((), ("ssip", "gas-safe", "mcs", "cqc")):
        edited(firm, credentials=held)
        with counted_queries() as seen:
            Visitor(app).open(f"/organisations/{firm.id}")
        counts.append(len(seen))

    assert counts[0] == counts[1]
