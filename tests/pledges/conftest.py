"""A hall that needs twelve chairs, a firm that has some, and somebody at each."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.ledger.models import LedgerEntry
from marketplace.listings.models import Quantity
from marketplace.needs.models import Need
from marketplace.offers.models import Offer
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.pledges import counters, services
from marketplace.pledges.models import Delivery, End, Pledge, PledgeStatus, Rhythm
from tests.factories import NOON, NeedFactory, OrganisationFactory, UserFactory
from tests.scenes import member_of

TODAY = NOON.date()
FRIDAY = date(2026, 11, 27)


def later(**more: float) -> datetime:
    """So many days or hours after noon."""
    return NOON + timedelta(**more)


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

    def details(self, quantity: int = 8, *, key: str = "a form", **more: Any) -> services.PledgeDetails:
        given: dict[str, Any] = {"quantity_id": self.line.id, "each": quantity, "words": "On Friday."}
        return services.PledgeDetails(**{**given, "form_key": key, **more})

    def offer(self, quantity: int = 8, *, key: str = "a form", **more: Any) -> Pledge:
        giver, actor = more.pop("giver", self.firm), more.pop("actor", self.giver)
        now = more.pop("now", NOON)
        return services.offer(
            self.need, self.details(quantity, key=key, **more), giver=giver, actor=actor, now=now
        )

    def weekly(self, each: int = 2, times: int = 4, **more: Any) -> Pledge:
        return self.offer(each, times=times, rhythm=Rhythm.WEEKLY, **{"key": "weekly", **more})

    def accepted(self, quantity: int = 8, **more: Any) -> Pledge:
        pledge = self.offer(quantity, **more)
        services.accept(pledge, actor=self.secretary, now=NOON)
        return pledge

    def scheduled(self, quantity: int = 8, **more: Any) -> Pledge:
        return self.accepted(quantity, **{"starts_on": FRIDAY, **more})

    def give(self, pledge: Pledge, quantity: int | None = None, number: int = 1, **more: Any) -> Delivery:
        delivery = pledge.deliveries[number - 1]
        given = {"actor": self.giver, "now": NOON, **more}
        services.deliver(delivery, quantity or delivery.quantity, **given)
        return delivery

    def delivered(self, quantity: int = 8, **more: Any) -> Pledge:
        pledge = self.accepted(quantity, **more)
        self.give(pledge)
        return pledge

    def confirmed(self, quantity: int = 8, **more: Any) -> Pledge:
        pledge = self.delivered(quantity, **more)
        services.confirm(pledge.deliveries[0], actor=self.secretary, now=NOON)
        return pledge

    def verified(self) -> Pledge:
        pledge = self.confirmed()
        services.verify(pledge.deliveries[0], actor=convener(), now=NOON)
        return pledge

    def disputed(self) -> Pledge:
        pledge = self.delivered()
        services.dispute(
            pledge.deliveries[0], "Half was broken.", end=End.RECEIVER, actor=self.secretary, now=NOON
        )
        return pledge

    def declined(self) -> Pledge:
        pledge = self.offer()
        services.decline(pledge, "We have enough now", actor=self.secretary, now=NOON)
        return pledge

    def withdrawn(self) -> Pledge:
        pledge = self.offer()
        self.take_back(pledge)
        return pledge

    def take_back(self, pledge: Pledge, **more: Any) -> None:
        services.withdraw(pledge, end=End.GIVER, **{"actor": self.giver, "now": NOON, **more})


@dataclass
class OfferScene:
    """A firm with twenty chairs to give, and a hall that asks for some."""

    offer: Offer
    hall: Organisation
    giver: User
    secretary: User

    @property
    def line(self) -> Quantity:
        return self.offer.quantities[0]

    def request(self, quantity: int = 8, *, key: str = "a form", **more: Any) -> Pledge:
        given: dict[str, Any] = {"quantity_id": self.line.id, "each": quantity, "words": "For the hall."}
        details = services.PledgeDetails(**{**given, "form_key": key, **more})
        return services.request(self.offer, details, receiver=self.hall, actor=self.secretary, now=NOON)


def convener() -> User:
    user: User = UserFactory(is_convener=True)
    return user


def statuses(pledge: Pledge) -> tuple[PledgeStatus, list[str]]:
    """Where it stands, and each of its deliveries."""
    return pledge.status, [row.status.value for row in pledge.deliveries]


def sums(pledge: Pledge | None = None) -> dict[str, int]:
    """What the ledger says at each stage, of a pledge or of all; what comes to nought is left out."""
    db.session.commit()
    query = db.select(LedgerEntry.stage, db.func.sum(LedgerEntry.quantity)).group_by(LedgerEntry.stage)
    if pledge is not None:
        query = query.where(LedgerEntry.pledge_id == pledge.id)
    return {stage.value: int(total) for stage, total in db.session.execute(query) if total}


def uneven() -> list[str]:
    """Every counter of ours that is not the sum of its entries."""
    checks = (
        counters.lines, counters.holds, counters.promises, counters.given, counters.confirmed,
        counters.verified, counters.budgets,
    )  # fmt: skip
    db.session.commit()
    return [f"{each.what}: {each.counter}, not {each.entries}" for check in checks for each in check()]


@pytest.fixture
def scene(app: Flask) -> Scene:
    need = NeedFactory(organisation__name="Village Hall")
    firm = OrganisationFactory(name="Tow Law Larder", kind=OrganisationKind.BUSINESS)
    found = Scene(need, firm, member_of(firm), member_of(need.organisation))
    db.session.commit()
    return found
