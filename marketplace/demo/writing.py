"""Putting the demo's people, organisations and notices on the board, with the verbs that people use."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil, cos, pi, radians, sin
from typing import Any

from marketplace import audit
from marketplace.accounts.models import User
from marketplace.capabilities import services as capabilities
from marketplace.capabilities.models import Capability
from marketplace.capacity import services as capacity
from marketplace.demo.content import (
    DemoCapability,
    DemoCapacity,
    DemoItem,
    DemoListing,
    DemoNeed,
    DemoOffer,
    DemoOpportunity,
    DemoOrganisation,
)
from marketplace.demo.past import drawn
from marketplace.demo.people import DemoPerson, people_of
from marketplace.extensions import db
from marketplace.listings import services as listings
from marketplace.listings.models import Listing, QuantityKind
from marketplace.listings.services import QuantityDetails
from marketplace.needs import services as needs
from marketplace.needs.models import Need
from marketplace.offers import services as offers
from marketplace.offers.models import Offer
from marketplace.opportunities import services as opportunities
from marketplace.opportunities.models import Opportunity
from marketplace.organisations import services as organisations
from marketplace.organisations.models import Membership, Organisation
from marketplace.places.boundaries import WardMap
from marketplace.places.models import Place

MILES_A_DEGREE = 69.1  # of latitude


@dataclass(slots=True)
class Board:
    """The place being filled, and who and what is on it so far, by the keys of the content."""

    place: Place
    wards: WardMap
    password_hash: str
    today: date
    people: dict[str, list[User]] = field(default_factory=dict)  # the owner first, by the organisation's key
    organisations: dict[str, Organisation] = field(default_factory=dict)
    listings: dict[str, Listing] = field(default_factory=dict)
    convener: User | None = None

    def person(self, organisation_key: str, first_name: str = "") -> User:
        """Somebody of an organisation by their first name; its owner without one."""
        people = self.people[organisation_key]
        return next((user for user in people if user.name.split()[0] == first_name), people[0])


def join(board: Board, content: DemoOrganisation, *, at: datetime) -> None:
    """An organisation comes onto the board, with its people; the first of them owns it."""
    people = [sign_up(board, person, at=at - timedelta(minutes=20)) for person in people_of(content)]
    details = organisations.OrganisationDetails(
        name=content.name,
        kind=content.kind,
        about=content.about,
        where=content.town,
        legal_form=content.legal_form,
        website=content.website,
        staff=ceil(content.staff),
        turnover=content.turnover,
        balance_sheet=content.balance_sheet,
        interests=content.interests,
        credentials=content.credentials,
        staff_local=content.staff_local,
        spend_local=content.spend_local,
    )
    organisation = organisations.create(details, place=board.place, actor=people[0], now=at)
    organisation.founded_year = content.founded
    _spread(organisation, content.key, board.wards)
    for colleague in people[1:]:
        db.session.add(Membership(user=colleague, organisation=organisation, created_at=at))
    board.organisations[content.key], board.people[content.key] = organisation, people


def say_room(board: Board, owner: DemoOrganisation, content: DemoCapacity, *, at: datetime) -> None:
    """An organisation says how much it can take on."""
    details = capacity.CapacityDetails(
        jobs_a_quarter=content.jobs_a_quarter,
        volunteers_a_month=content.volunteers_a_month,
        hours_left=content.hours_left,
        money_left=content.money_left,
    )
    capacity.say(board.organisations[owner.key], details, actor=board.person(owner.key), now=at)


def sign_up(board: Board, person: DemoPerson, *, at: datetime) -> User:
    """A person with a confirmed address. One hash serves everyone, since everyone's password is shown."""
    user = User(
        email=person.email,
        name=person.name,
        password_hash=board.password_hash,
        created_at=at,
        confirmed_at=at,
        is_convener=person.is_convener,
    )
    db.session.add(user)
    audit.record("account.created", user)
    return user


def put_up(board: Board, content: DemoListing, owner: DemoOrganisation, *, at: datetime) -> None:
    """A notice is written and published."""
    organisation, actor = board.organisations[owner.key], board.person(owner.key)
    listing = _written(content, owner, today=board.today, at=at)
    listing.summary = content.summary
    if content.town:
        _spread(listing, content.key, board.wards)
    else:
        listing.lat, listing.lon = organisation.lat, organisation.lon
        listing.ward_code = organisation.ward_code
    listings.begin(listing, organisation, actor=actor, now=at)
    listings.publish(listing, actor=actor, now=at)
    board.listings[content.key] = listing


def _written(content: DemoListing, owner: DemoOrganisation, *, today: date, at: datetime) -> Listing:
    shared = {
        "title": content.title,
        "body": content.body,
        "where": content.town or owner.town,
        "categories": content.categories,
        "quote": content.quote,
        "said_by": content.said_by,
    }
    match content:
        case DemoNeed():
            need = Need()
            needs.write(need, _need(content, shared, today), now=at)
            return need
        case DemoOpportunity():
            opportunity = Opportunity()
            opportunities.write(opportunity, _opportunity(content, shared, today), now=at)
            return opportunity
        case DemoCapability():
            capability = Capability()
            capabilities.write(capability, _capability(content, shared), now=at)
            return capability
        case DemoOffer():
            offer = Offer()
            offers.write(offer, _offer(content, shared), now=at)
            return offer
    raise TypeError(f"Nobody writes a {type(content).__name__}")


def _need(content: DemoNeed, shared: dict[str, Any], today: date) -> needs.NeedDetails:
    return needs.NeedDetails(
        **shared,
        quantities=tuple(_quantity(item) for item in content.items),
        closes_on=today + timedelta(days=content.needed_in_days),
        hosting=content.hosting,
        must_have=content.must_have,
        host_a_week=content.host_a_week,
        hosting_cost=content.hosting_cost,
        cost_covered_by=content.cost_covered_by,
        with_children=content.with_children,
        with_adults_at_risk=content.with_adults_at_risk,
        dbs=content.dbs,
        access=content.access,
    )


def _opportunity(
    content: DemoOpportunity, shared: dict[str, Any], today: date
) -> opportunities.OpportunityDetails:
    return opportunities.OpportunityDetails(
        **shared,
        kind=content.kind,
        value_low=content.value_low,
        value_high=content.value_high,
        closes_on=today + timedelta(days=content.closes_in_days),
        starts_on=today + timedelta(days=content.starts_in_days),
        must_have=content.must_have,
    )


def _capability(content: DemoCapability, shared: dict[str, Any]) -> capabilities.CapabilityDetails:
    return capabilities.CapabilityDetails(
        **shared,
        reach_miles=content.reach_miles,
        capacity=content.capacity,
        typical_low=content.typical_job_low,
        typical_high=content.typical_job_high,
    )


def _offer(content: DemoOffer, shared: dict[str, Any]) -> offers.OfferDetails:
    return offers.OfferDetails(
        **shared,
        quantities=tuple(_quantity(item) for item in content.items),
        reach_miles=content.reach_miles,
        conditions=content.conditions,
    )


def _quantity(item: DemoItem) -> QuantityDetails:
    """One line of a need or an offer; money carries its own sign, so the word for it goes."""
    what = item.what.removeprefix("pounds ") if item.kind is QuantityKind.MONEY else item.what
    return QuantityDetails(item.kind, item.quantity, what)


def _spread(row: Organisation | Listing, key: str, wards: WardMap) -> None:
    """Move a pin up to half a mile from the middle of its town, so that no two stand on one spot.

    The demo's addresses are invented: the town is all that is kept, never a postcode somebody lives at.
    """
    if row.lat is None or row.lon is None:
        return
    miles = 0.05 + drawn(f"{key} miles", 45) / 100
    angle = 2 * pi * drawn(f"{key} angle", 360) / 360
    row.lat = round(row.lat + miles * cos(angle) / MILES_A_DEGREE, 6)
    row.lon = round(row.lon + miles * sin(angle) / (MILES_A_DEGREE * cos(radians(row.lat))), 6)
    row.ward_code = wards.wards_at([row.lat], [row.lon])[0] if wards else None
