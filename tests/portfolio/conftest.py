"""A firm that gives, with needs that fit it, at several charities."""

from dataclasses import dataclass

import pytest
from flask import Flask

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.listings.models import Quantity, QuantityKind
from marketplace.matching.models import Match
from marketplace.needs.models import Need
from marketplace.organisations.models import MembershipRole, Organisation, OrganisationKind
from marketplace.pledges import services as pledges
from marketplace.pledges.models import Pledge
from tests.factories import NOON, MatchFactory, MembershipFactory, NeedFactory, OrganisationFactory
from tests.scenes import member_of


@dataclass
class Giving:
    """Who gives; `fit` puts up another need that fits them."""

    firm: Organisation
    lead: User
    number: int = 0

    def need(self, kind: QuantityKind = QuantityKind.GOODS, wanted: int = 12, **details: object) -> Need:
        self.number += 1
        details = {"title": f"Need {self.number}", **details}
        line = Quantity(kind=kind, wanted=wanted, promised=0, what="")
        need: Need = NeedFactory(quantities=[line], **details)
        return need

    def fit(self, fit: float = 50.0, **details: object) -> Match:
        match: Match = MatchFactory(
            organisation=self.firm, listing=self.need(**details), fit=fit, score=round(fit)
        )
        return match

    def promise(self, need: Need | None = None, quantity: int = 2, **more: object) -> Pledge:
        self.number += 1
        need = need or self.need()
        details = pledges.PledgeDetails(
            quantity_id=need.quantities[0].id, each=quantity, form_key=f"form {self.number}", **more
        )
        pledge = pledges.offer(need, details, giver=self.firm, actor=self.lead, now=NOON)
        db.session.commit()
        return pledge

    def accepted(self, **more: object) -> Pledge:
        pledge = self.promise(**more)
        pledges.accept(pledge, actor=member_of(pledge.receiver), now=NOON)
        db.session.commit()
        return pledge


@pytest.fixture
def giving(app: Flask) -> Giving:
    firm = OrganisationFactory(name="Finchale Mutual", kind=OrganisationKind.ANCHOR)
    lead = MembershipFactory(organisation=firm, role=MembershipRole.OWNER, user__name="Priya").user
    db.session.commit()
    return Giving(firm, lead)
