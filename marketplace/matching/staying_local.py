"""What staying local would mean for each candidate of an opportunity, where the law lets a buyer see it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from marketplace.listings.models import Listing
from marketplace.matching.local_effect import Base, Candidate, LocalFacts, Names, Spend, local_effect
from marketplace.matching.local_effect_gate import PURPOSES, Purchase, may_show
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation
from marketplace.places import queries as places
from marketplace.places.models import Town
from marketplace.places.pins import NEAR
from search.geo import Point, miles_between


@dataclass(frozen=True, slots=True)
class Staying:
    """A sentence for each organisation by id, and what is usual from farther away; or why there is none."""

    sentences: Mapping[int, str] = field(default_factory=dict)
    from_away: str = ""
    why: str = ""  # it is shown, or not


def staying(listing: Listing, organisations: Iterable[Organisation], *, today: date) -> Staying:
    """The local effect of each of these, as a range with its source; nothing for what isn’t bought."""
    if not isinstance(listing, Opportunity) or listing.kind not in PURPOSES:
        return Staying()
    shown = may_show(
        Purchase(listing.kind, listing.organisation.kind, listing.value_low, listing.value_high), on=today
    )
    if not shown.allowed:
        return Staying(why=shown.why)
    place = listing.organisation.place
    towns, wards = places.towns(place), places.ward_names(place)
    spend = Spend(listing.value_low, listing.value_high, frozenset(listing.categories))
    names = Names(place.name)

    def sentence(candidate: Candidate) -> str:
        effect = local_effect(spend, candidate, names, today=today)
        return effect.sentence if effect else ""

    return Staying(
        {each.id: sentence(Candidate(base(each, towns, wards), _facts(each))) for each in organisations},
        from_away=sentence(Candidate(Base.ELSEWHERE)),
        why=shown.why,
    )


def base(organisation: Organisation, towns: Sequence[Town], wards: Mapping[str, str]) -> Base:
    """Where an organisation is: by its ward where boundaries are loaded, or by the nearest town we know."""
    if organisation.ward_code in wards:
        return Base.PLACE
    if organisation.lat is None or organisation.lon is None:
        return Base.UNKNOWN
    here = Point(organisation.lat, organisation.lon)
    miles, is_inside = min(
        ((miles_between(here, Point(town.lat, town.lon)), town.inside) for town in towns),
        default=(NEAR + 1, False),
    )
    if miles > NEAR:
        return Base.ELSEWHERE
    in_another_ward = bool(wards) and organisation.ward_code is not None
    return Base.PLACE if is_inside and not in_another_ward else Base.NEIGHBOUR


def _facts(organisation: Organisation) -> LocalFacts:
    return LocalFacts(organisation.staff_local, organisation.spend_local, organisation.local_facts_on)
