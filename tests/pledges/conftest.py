"""A hall that needs twelve chairs, a firm that has some, and somebody at each."""

from dataclasses import dataclass

import pytest
from flask import Flask

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.listings.models import Quantity
from marketplace.needs.models import Need
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.pledges import services
from marketplace.pledges.models import Pledge
from tests.factories import NOON, NeedFactory, OrganisationFactory
from tests.scenes import member_of


@dataclass
class Scene:
    """Who gives what to whom."""

    need: Need
    firm: Organisation
    giver: User
    secretary: User

    @property
    def line(self) -> Quantity:
        return self.need.quantities[0]

    def offer(self, quantity: int = 8, *, key: str = "a form", **more: object) -> Pledge:
        details = services.PledgeDetails(
            quantity_id=more.pop("quantity_id", self.line.id),
            quantity=quantity,
            words="On Friday.",
            form_key=key,
        )
        giver = more.pop("giver", self.firm)
        return services.offer(self.need, details, giver=giver, actor=self.giver, now=NOON)


@pytest.fixture
def scene(app: Flask) -> Scene:
    need = NeedFactory(organisation__name="Village Hall")
    firm = OrganisationFactory(name="Tow Law Larder", kind=OrganisationKind.BUSINESS)
    found = Scene(need, firm, member_of(firm), member_of(need.organisation))
    db.session.commit()
    return found
