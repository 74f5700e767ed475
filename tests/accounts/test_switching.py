"""Acting for one of several organisations."""

import pytest

from marketplace.extensions import db
from tests.factories import MembershipFactory, OrganisationFactory
from tests.scenes import signed_in


@pytest.fixture
def maureen(app):
    """Somebody who belongs to a hall and to a café."""
    hall = MembershipFactory(organisation__name="Tow Law Hall")
    MembershipFactory(user=hall.user, organisation__name="The Café")
    return hall.user


def test_the_first_organisation_is_acted_for_until_another_is_chosen(visitor, maureen):
    signed_in(visitor, maureen).open("/accounts/switch")
    assert visitor.heading == "You are acting for Tow Law Hall"

    visitor.press("Act for them The Café")

    assert "You are acting for The Café" in visitor.text
    assert visitor.open("/accounts/switch").heading == "You are acting for The Café"


def test_an_organisation_somebody_does_not_belong_to_cannot_be_chosen(visitor, maureen):
    other = OrganisationFactory()
    signed_in(visitor, maureen).open("/accounts/switch")
    token = visitor.page.find("input", {"name": "csrf_token"})["value"]

    answer = visitor.client.post(f"/accounts/switch/{other.id}", data={"csrf_token": token})

    assert answer.status_code == 404
    assert visitor.open("/accounts/switch").heading == "You are acting for Tow Law Hall"


def test_leaving_the_organisation_one_acts_for_falls_back_to_another(visitor, maureen):
    signed_in(visitor, maureen).open("/accounts/switch").press("Act for them The Café")
    db.session.delete(maureen.memberships[1])
    db.session.commit()

    assert visitor.open("/accounts/switch").heading == "You are acting for Tow Law Hall"
