"""A wood that needs hands, a firm that promised some, and people of both."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from flask import Flask

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.listings.models import Quantity, QuantityKind
from marketplace.needs.models import Need
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.pledges import services as pledges
from marketplace.pledges.models import Delivery, Pledge
from marketplace.volunteering import services
from marketplace.volunteering.models import SignUp
from tests.factories import NOON, MembershipFactory, NeedFactory, OrganisationFactory, UserFactory
from tests.scenes import member_of

TODAY = NOON.date()
DAY = TODAY + timedelta(days=10)


@dataclass
class Outing:
    """Twelve hours of planting on one day, for six people."""

    need: Need
    firm: Organisation
    lead: User
    warden: User
    number: int = 0

    def promise(self, hours: int = 12, *, on: date | None = DAY, **more: object) -> Pledge:
        self.number += 1
        details = pledges.PledgeDetails(
            quantity_id=self.need.quantities[0].id, each=hours, starts_on=on,
            timing=more.pop("timing", "ten to twelve"), form_key=f"form {self.number}", **more,
        )  # fmt: skip
        pledge = pledges.offer(self.need, details, giver=self.firm, actor=self.lead, now=NOON)
        pledges.accept(pledge, actor=self.warden, now=NOON)
        db.session.commit()
        return pledge

    def delivery(self, *, places: int | None = 6, **more: object) -> Delivery:
        delivery = self.promise(**more).deliveries[0]
        delivery.places = places
        db.session.commit()
        return delivery

    def colleague(self, name: str = "Ann Marsh") -> User:
        user: User = MembershipFactory(organisation=self.firm, user=UserFactory(name=name)).user
        return user

    def join(self, delivery: Delivery, user: User | None = None) -> SignUp:
        found = services.join(delivery, actor=user or self.colleague(), now=NOON)
        db.session.commit()
        return found


@pytest.fixture
def outing(app: Flask) -> Outing:
    line = Quantity(kind=QuantityKind.VOLUNTEERS, wanted=500, promised=0, what="hours of planting")
    need = NeedFactory(
        title="A thousand trees at Hamsterley", organisation__name="Hamsterley Wood", quantities=[line]
    )
    firm = OrganisationFactory(name="Finchale Mutual", kind=OrganisationKind.ANCHOR)
    found = Outing(need, firm, member_of(firm), member_of(need.organisation))
    db.session.commit()
    return found
