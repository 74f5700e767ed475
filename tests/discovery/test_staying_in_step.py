"""Every change that alters a document reaches the index: scene by scene, and field by field."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from marketplace import clock, outbox
from marketplace.capabilities.models import Capability
from marketplace.capabilities.services import CapabilityDetails
from marketplace.capabilities.services import write as write_capability
from marketplace.discovery import documents, services
from marketplace.extensions import db
from marketplace.imports import charity_register
from marketplace.imports.charities import Charity
from marketplace.imports.records import Run
from marketplace.imports.whereabouts import Whereabouts
from marketplace.listings import services as listings
from marketplace.listings.jobs import expire_due
from marketplace.listings.models import ListingStatus, QuantityKind
from marketplace.listings.services import QuantityDetails
from marketplace.needs import services as needs
from marketplace.needs.models import Need
from marketplace.needs.services import NeedDetails
from marketplace.offers.models import Offer
from marketplace.opportunities import services as opportunities
from marketplace.opportunities.models import Opportunity, OpportunityKind
from marketplace.opportunities.services import OpportunityDetails
from marketplace.organisations import services as organisations
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.organisations.services import OrganisationDetails
from marketplace.places.models import Place, Postcode
from marketplace.places.tally import Tally
from search.schema import Document
from tests.factories import (
    NOON,
    CapabilityFactory,
    NeedFactory,
    OfferFactory,
    OpportunityFactory,
    UserFactory,
)

LATER = NOON + timedelta(days=2)
SETTLED = {"key", "family", "place", "audience", "vector"}  # nothing changes these once it is made

DETAILS: dict[str, Any] = {
    "title": "Four hobs",
    "body": "Ours gave up. We cook on Fridays.",
    "where": "DL15 9AA",
    "categories": ("food-drink",),
}
NEED = NeedDetails(**DETAILS, quantities=(QuantityDetails(QuantityKind.SKILLS, 3, "fitting"),))
WORK = OpportunityDetails(
    **DETAILS, kind=OpportunityKind.JOB, value_low=1, value_high=7_000, closes_on=LATER.date()
)
SOLD = CapabilityDetails(**DETAILS, typical_low=50, typical_high=60_000)
HALL = OrganisationDetails(
    name="Crook Hall", kind=OrganisationKind.BUSINESS, about="Now a firm.", where="Crook",
    staff=3, turnover=10_000, interests=("cleaning",),
)  # fmt: skip
CHARITY = Charity(
    register="CCEW", number="1018726", name="CROOK CHOIR", postcode="DL159AA",
    activities="We sing.", income=5, ukcat=(), icnptso=(),
)  # fmt: skip


def the(model: type[Any]) -> Any:
    """The only row of the scene of this kind, or the one first made."""
    return db.session.scalars(db.select(model).order_by(model.id)).first()


def edited(model: type[Any], write: Callable[..., None], details: object) -> None:
    write(the(model), details, now=LATER)
    listings.edited(the(model), actor=UserFactory())


def moved(verb: Callable[..., None]) -> None:
    verb(the(Offer), actor=UserFactory(), now=LATER)


def published_anew() -> None:
    moved(listings.put_back)
    moved(listings.publish)


def met() -> None:
    """All that was asked for is promised: as the pledge that did it tells."""
    the(Need).quantities[0].promised = the(Need).quantities[0].wanted
    listings.tell(the(Need))


def imported(**changes: Any) -> None:
    place = the(Place)
    run = Run(place_id=place.id, whereabouts=Whereabouts(place), now=NOON, today=NOON.date(), tally=Tally())
    charity_register.save([[replace(CHARITY, **changes)]], run)


def joined() -> None:
    organisations.create(replace(HALL, name="A new firm"), place=the(Place), actor=UserFactory(), now=LATER)


SCENES: dict[str, Callable[[], None]] = {
    "a need is written anew": lambda: edited(Need, needs.write, NEED),
    "work is written anew": lambda: edited(Opportunity, opportunities.write, WORK),
    "a capability is written anew": lambda: edited(Capability, write_capability, SOLD),
    "a listing is closed": lambda: moved(listings.close),
    "and opened again": lambda: moved(listings.publish),
    "it is taken down": lambda: moved(listings.withdraw),
    "and published anew, with a date of its own": published_anew,
    "notices past their last day come down": expire_due,
    "an organisation is another kind, size and name": lambda: organisations.edit(
        the(Organisation), HALL, actor=UserFactory(), now=LATER
    ),
    "an organisation is made": joined,
    "a register is read": imported,
    "a register is read again": lambda: imported(name="CROOK AND TOW LAW CHOIR"),
}


@pytest.fixture
def scene(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """One listing of each family, all of different organisations, and nothing waiting."""
    monkeypatch.setattr(clock, "now", lambda: LATER)
    hall = NeedFactory().organisation
    for make in (CapabilityFactory, OfferFactory, OpportunityFactory):
        make(organisation=hall)
    NeedFactory(status=ListingStatus.PUBLISHED, expires_on=NOON.date())
    ward = "E05000001"
    db.session.add(Postcode(code="DL159AA", district="DL15", lat=54.7161, lon=-1.7432, ward_code=ward))
    db.session.commit()
    services.rebuild()
    return app


def differences(app: Flask) -> set[str]:
    """Keys of which the engine holds another version than the database, whatever waits."""
    held = set(app.extensions["search"].marks())
    wanted = {(each.key, each.mark) for each in documents.everything()}
    return {key for key, _ in held ^ wanted}


def changed_fields(before: dict[str, Document], after: dict[str, Document]) -> set[str]:
    both = [(before[key], after[key]) for key in before.keys() & after.keys()]
    return {
        each.name
        for each in fields(Document)
        for a, b in both
        if getattr(a, each.name) != getattr(b, each.name)
    }


def test_whatever_changes_a_document_queues_its_key(scene, app):
    first = {each.key: each for each in documents.everything()}
    seen = {"verified"}  # where an organisation came from is said once, when it is made
    for name, change in SCENES.items():
        change()
        db.session.commit()
        assert differences(app), f"“{name}” changes no document"
        outbox.drain()
        assert differences(app) == set(), f"after “{name}”"
        now = {each.key: each for each in documents.everything()}
        seen |= changed_fields(first, now)
        first = {**first, **now}

    assert {each.name for each in fields(Document)} - SETTLED - seen == set()


def test_a_listing_that_changed_twice_before_the_worker_came_is_indexed_once(scene, app):
    sent: list[list[str]] = []
    engine = app.extensions["search"]
    upsert = engine.upsert
    engine.upsert = lambda found: sent.append([each.key for each in found]) or upsert(found)
    for details in (NEED, replace(NEED, title="Five hobs")):
        needs.write(the(Need), details, now=LATER)
        listings.edited(the(Need), actor=UserFactory())
        db.session.commit()
    outbox.drain()

    assert sent == [[f"need:{the(Need).id}"]]
    assert differences(app) == set()
