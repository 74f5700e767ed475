"""A need, a giver, and short words for entering what was given."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.ledger import services
from marketplace.ledger.models import LedgerEntry, Side, Stage
from marketplace.ledger.services import About
from marketplace.listings.models import Listing
from marketplace.organisations.models import Organisation
from marketplace.pledges.models import Pledge
from tests.factories import NOON, NeedFactory, OrganisationFactory
from tests.scenes import member_of


@dataclass
class Book:
    """What a test enters into."""

    need: Listing
    giver: Organisation
    actor: User
    about: About

    def enter(self, key: str, quantity: int = 5, stage: Stage = Stage.PROMISED, **other: Any) -> None:
        about = replace(self.about, **other)
        services.enter(key, stage, quantity, about, actor=self.actor, now=NOON)

    def correct(self, key: str, of_key: str, quantity: int) -> None:
        services.correct(key, of_key, quantity, actor=self.actor, now=NOON)

    def fill(self, number: int = 6) -> None:
        """Some steps of some things, one of them corrected; committed one by one."""
        for each in range(1, number):
            self.enter(f"pledge:{each}/promised", each)
            db.session.commit()
        self.correct("pledge:1/promised-1", f"pledge:{number - 1}/promised", -1)
        db.session.commit()


@pytest.fixture
def book(app: Flask) -> Book:
    need = NeedFactory(title="Twelve chairs", ward_code="E05000001")
    giver = OrganisationFactory(name="A Firm That Gives")
    actor = member_of(giver)
    about = About(
        side=Side.SUPPORT,
        kind="goods",
        unit="items",
        giver_id=giver.id,
        receiver_id=need.organisation_id,
        listing_id=need.id,
        ward_code=need.ward_code,
    )
    db.session.commit()
    return Book(need, giver, actor, about)


def entries() -> list[LedgerEntry]:
    return list(db.session.scalars(db.select(LedgerEntry).order_by(LedgerEntry.id)))


@pytest.fixture
def pledged(book: Book) -> int:
    """The id of a pledge of five of the chairs."""
    line = book.need.quantities[0]
    pledge = Pledge(
        listing_id=book.need.id, quantity_id=line.id, giver_id=book.giver.id,
        receiver_id=book.need.organisation_id, quantity=5, each=5, form_key="a form", created_at=NOON,
        offered_at=NOON,
    )  # fmt: skip
    db.session.add(pledge)
    db.session.commit()
    return pledge.id
