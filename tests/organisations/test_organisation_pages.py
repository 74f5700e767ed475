"""An organisation's form and its people, as somebody with a browser meets them."""

import pytest
from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.organisations.models import Organisation
from tests.accounts.letters import last_link
from tests.factories import PASSWORD, MembershipFactory, PlaceFactory, UserFactory
from tests.scenes import signed_in
from tests.visitor import Visitor

ANSWERS = {
    "name": "Tow Law Hall",
    "kind": "voluntary",
    "about": "A hall for everybody in Tow Law.",
    "where": "Crook",
}


def organisations() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Organisation)) or 0


@pytest.fixture
def maureen(app):
    """Somebody signed up, who belongs to nothing yet."""
    PlaceFactory()
    return UserFactory(email="maureen@hall.example", name="Maureen")


@pytest.fixture
def member(app):
    PlaceFactory()
    return MembershipFactory(organisation__name="Tow Law Hall", organisation__town="Crook")


def test_an_organisation_is_added_and_acted_for_at_once(visitor, maureen):
    signed_in(visitor, maureen).click("Add your organisation")
    visitor.press("Put it on the board", interests=["food-drink"], turnover="£40,000", staff="2", **ANSWERS)

    assert visitor.path == "/desk"
    assert "Tow Law Hall is on the board" in visitor.text
    row = db.session.scalars(select(Organisation)).one()
    assert (row.town, row.turnover, row.staff, list(row.interests)) == ("Crook", 40_000, 2, ["food-drink"])
    assert Visitor(visitor.app).open(f"/organisations/{row.id}").page.find(string="Tow Law Hall")


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"name": ""}, "Enter its name"),
        ({"kind": ""}, "Choose what kind of organisation it is"),
        ({"about": " "}, "Say what you do"),
        ({"where": ""}, "Enter a postcode or town"),
        ({"website": "our site"}, "Enter a whole address, such as https://example.org"),
        ({"staff": "-1"}, "Enter 0 or more"),
        ({"turnover": "lots"}, "Enter a whole number, such as 1500"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(visitor, maureen, answers, sentence):
    given = {**ANSWERS, "legal_form": "Charity", **answers}
    signed_in(visitor, maureen).open("/organisations/new")
    visitor.press("Put it on the board", status=422, **given)

    assert sentence in visitor.text
    assert visitor.page.find("input", {"name": "legal_form"})["value"] == "Charity"
    assert organisations() == 0


@pytest.mark.parametrize("where", ["Atlantis", "DL99 9ZZ"])
def test_a_place_nobody_knows_is_kept_as_typed_and_towns_are_offered(visitor, maureen, where):
    signed_in(visitor, maureen).open("/organisations/new")
    visitor.press("Put it on the board", status=422, **{**ANSWERS, "where": where})

    assert "choose the nearest town" in visitor.text
    assert visitor.page.find("input", {"name": "where"})["value"] == where
    assert "Bishop Auckland, Crook" in visitor.text
    assert organisations() == 0

    visitor.press("Put it on the board", where="Bishop Auckland")
    assert visitor.path == "/desk"


def test_an_edit_begins_with_what_is_known_and_shows_on_the_public_page(visitor, member):
    organisation = member.organisation
    signed_in(visitor, member.user).open(f"/organisations/{organisation.id}/edit")
    assert visitor.page.find("input", {"name": "name"})["value"] == "Tow Law Hall"
    assert visitor.page.find("input", {"name": "where"})["value"] == "Crook"

    visitor.press("Save your changes", about="Now with a new roof.")

    assert visitor.path == f"/organisations/{organisation.id}"
    assert "Your changes are saved" in visitor.text
    assert "Now with a new roof." in visitor.text


def test_a_finer_interest_survives_an_edit_that_does_not_touch_it(visitor, member):
    member.organisation.interests = ["food-drink", "food-drink/event-catering"]
    signed_in(visitor, member.user).open(f"/organisations/{member.organisation_id}/edit")
    visitor.press("Save your changes", about="As before, but shorter.")

    db.session.expire_all()
    assert set(member.organisation.interests) == {"food-drink", "food-drink/event-catering"}


def test_a_colleague_who_is_new_is_invited_joins_and_belongs(app, visitor, member):
    signed_in(visitor, member.user).open(f"/organisations/{member.organisation_id}/people")
    visitor.press("Send the invitation", email="pat@hall.example")
    assert "The invitation is on its way" in visitor.text
    assert "pat@hall.example" in visitor.text
    link = last_link("pat@hall.example")

    pat = Visitor(app).open(link)
    assert "Tow Law Hall" in pat.heading
    pat.click("I’m new here").press(
        "Join", name="Pat", email="pat@hall.example", password="blue kettle window"
    )
    pat.open(last_link("pat@hall.example")).press("Confirm my address")
    if pat.path != link:
        pat.open(link)
    pat.press("Join")

    assert pat.path == "/desk"
    assert "You belong to Tow Law Hall now" in pat.text
    assert "Pat" in visitor.open(f"/organisations/{member.organisation_id}/people").text


def test_an_invitation_opened_by_somebody_else_says_so(app, visitor, member):
    signed_in(visitor, member.user).open(f"/organisations/{member.organisation_id}/people")
    visitor.press("Send the invitation", email="pat@hall.example")
    other = UserFactory()
    db.session.commit()

    another = Visitor(app).sign_in(other.email, PASSWORD).open(last_link("pat@hall.example"))

    assert "signed in with another address" in another.text
    assert not [button for button in another.page.find_all("button") if button.get_text(strip=True) == "Join"]


def test_a_member_who_is_invited_again_is_refused_in_words(visitor, member):
    signed_in(visitor, member.user).open(f"/organisations/{member.organisation_id}/people")
    visitor.press("Send the invitation", status=422, email=member.user.email)

    assert "already belongs to your organisation" in visitor.text


def test_an_old_or_broken_invitation_says_what_to_do(visitor, member):
    db.session.commit()
    visitor.open("/organisations/invitations/nonsense")

    assert visitor.path == "/"
    assert "Ask your colleague for a new one" in visitor.text
