"""A small board, indexed: two needs, an opportunity, a capability and an offer, of three organisations."""

from collections.abc import Callable

import pytest
from flask import Flask

from marketplace.discovery import services
from marketplace.extensions import db
from marketplace.listings.models import Listing, Quantity, QuantityKind
from marketplace.organisations.models import Organisation
from tests.factories import (
    CapabilityFactory,
    NeedFactory,
    OfferFactory,
    OpportunityFactory,
    OrganisationFactory,
)

CROOK = {"lat": 54.714, "lon": -1.745, "town": "Crook"}


@pytest.fixture
def index(app: Flask) -> Callable[[], int]:
    """Builds the index from what the test has put into the database; returns how much it holds."""

    def build() -> int:
        db.session.commit()
        with app.app_context():
            return services.rebuild()

    return build


@pytest.fixture
def board(index: Callable[[], int]) -> dict[str, Listing | Organisation]:
    hall = OrganisationFactory(name="Village Hall", about="A hall with a kitchen.", **CROOK)
    larder = OrganisationFactory(name="Tow Law Larder", about="We cook.", lat=None, lon=None, town="")
    driving = Quantity(kind=QuantityKind.VOLUNTEERS, wanted=4, promised=0)
    found: dict[str, Listing | Organisation] = {
        "hall": hall,
        "chairs": NeedFactory(organisation=hall, title="Stacking chairs", **CROOK),
        "van": NeedFactory(organisation=hall, title="A van on Saturdays", quantities=[driving]),
        "lunch": OpportunityFactory(title="Lunch for sixty", organisation__name="Town Council"),
        "catering": CapabilityFactory(organisation=larder, title="Catering for parties"),
        "room": OfferFactory(organisation=larder, title="A room with chairs"),
    }
    found["chairs"].categories = ["furniture-goods/furniture"]
    found["catering"].categories = ["food-drink/event-catering"]
    index()
    return found
