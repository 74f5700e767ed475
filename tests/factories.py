"""The smallest valid things, for tests to change only what matters."""

from datetime import UTC, datetime
from typing import Any

import factory
from factory.alchemy import SQLAlchemyModelFactory

from marketplace.accounts.models import User
from marketplace.accounts.services import HASHER
from marketplace.capabilities.models import Capability
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus, Quantity, QuantityKind
from marketplace.matching.models import Match
from marketplace.needs.models import Need
from marketplace.offers.models import Offer
from marketplace.opportunities.models import Opportunity, OpportunityKind
from marketplace.organisations.models import Membership, Organisation, OrganisationKind
from marketplace.places.models import Place, Town
from marketplace.pledges.models import HOLDS, Pledge, PledgeStatus

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PASSWORD = "three old chairs"
_HASH = HASHER.hash(PASSWORD)


class Factory(SQLAlchemyModelFactory):
    class Meta:
        abstract = True
        sqlalchemy_session_factory = lambda: db.session  # noqa: E731  # a setting, not a function of ours
        sqlalchemy_session_persistence = "flush"


class PlaceFactory(Factory):
    """The one place, with two towns to be found in."""

    class Meta:
        model = Place
        sqlalchemy_get_or_create = ("slug",)

    slug = "county-durham"
    name = "County Durham"
    lat = 54.7
    lon = -1.7

    @factory.post_generation
    def with_towns(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if not self.towns:
            self.towns.append(Town(name="Bishop Auckland", lat=54.663, lon=-1.676, inside=True))
            self.towns.append(Town(name="Crook", lat=54.714, lon=-1.745, inside=True))


class UserFactory(Factory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@group.example")
    name = factory.Sequence(lambda n: f"Person {n}")
    password_hash = _HASH
    created_at = NOON
    confirmed_at = NOON


class OrganisationFactory(Factory):
    class Meta:
        model = Organisation

    place = factory.SubFactory(PlaceFactory)
    kind = OrganisationKind.VOLUNTARY
    name = factory.Sequence(lambda n: f"Village Hall {n}")
    about = "We look after a hall and everything that happens in it."
    town = "Bishop Auckland"
    lat = 54.663
    lon = -1.676
    created_at = NOON
    claimed_at = NOON


class MembershipFactory(Factory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    created_at = NOON


class ListingFactory(Factory):
    class Meta:
        abstract = True

    organisation = factory.SubFactory(OrganisationFactory)
    place_id = factory.LazyAttribute(lambda listing: listing.organisation.place_id or PlaceFactory().id)
    summary = "A short line."
    body = "A short line. And some more words about it."
    town = "Bishop Auckland"
    lat = 54.663
    lon = -1.676
    status = ListingStatus.PUBLISHED
    created_at = NOON
    updated_at = NOON
    published_at = NOON


class NeedFactory(ListingFactory):
    class Meta:
        model = Need

    title = "Twelve chairs for the hall"

    @factory.post_generation
    def quantities(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        rows = extracted or [Quantity(kind=QuantityKind.GOODS, wanted=12, promised=0, what="chairs")]
        self.quantities.extend(rows)
        db.session.flush()


class OfferFactory(ListingFactory):
    class Meta:
        model = Offer

    title = "Twenty stacking chairs to a good home"

    @factory.post_generation
    def quantities(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        rows = extracted or [Quantity(kind=QuantityKind.GOODS, wanted=20, promised=0, what="chairs")]
        self.quantities.extend(rows)
        db.session.flush()


class OpportunityFactory(ListingFactory):
    class Meta:
        model = Opportunity

    title = "Lunch for a conference of sixty"
    kind = OpportunityKind.QUOTE


class CapabilityFactory(ListingFactory):
    class Meta:
        model = Capability

    title = "Buffets and hot lunches for up to a hundred"


class MatchFactory(Factory):
    class Meta:
        model = Match

    organisation = factory.SubFactory(OrganisationFactory)
    listing = factory.SubFactory(NeedFactory)
    score = 62
    fit = 61.7
    parts = factory.LazyFunction(
        lambda: [
            {"name": "text", "points": 40, "words": "Both mention chairs."},
            {"name": "distance", "points": 22, "words": "4 miles apart."},
        ]
    )
    model_version = "2026.1"
    suggested_at = NOON
    scored_at = NOON
    introduced_at = NOON


class PledgeFactory(Factory):
    """A promise of three chairs towards a need; in a state that holds, it holds them."""

    class Meta:
        model = Pledge

    listing = factory.SubFactory(NeedFactory)
    quantity_row = factory.LazyAttribute(lambda pledge: pledge.listing.quantities[0])
    giver = factory.SubFactory(OrganisationFactory)
    receiver = factory.LazyAttribute(lambda pledge: pledge.listing.organisation)
    quantity = 3
    each = factory.LazyAttribute(lambda pledge: pledge.quantity)
    status = PledgeStatus.OFFERED
    accepted = factory.LazyAttribute(lambda pledge: pledge.quantity if pledge.status in HOLDS else 0)
    held = factory.LazyAttribute(lambda pledge: pledge.accepted)
    form_key = factory.Sequence(lambda n: f"a form {n}")
    created_at = NOON
    offered_at = NOON
