"""The fictional County Durham as its writers wrote it: organisations, what they put up, and what came of it.

Days are counted from the day the demo is loaded: `published_days_ago` back from it, `closes_in_days` on
from it. Money is whole £. `reading` turns the TOML files into these and checks them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from marketplace.listings.models import Family, QuantityKind
from marketplace.opportunities.models import OpportunityKind
from marketplace.organisations.models import OrganisationKind
from marketplace.pledges.models import PledgeStatus


def given(*, longest: int = 0, called: str = "") -> Any:
    """A field that must be there; `longest` in characters or entries, `called` so in the file."""
    return field(metadata={"longest": longest, "called": called})


def optional(default: Any = "", *, longest: int = 0, called: str = "") -> Any:
    """A field that may be left out."""
    return field(default=default, metadata={"longest": longest, "called": called})


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoItem:
    """How much of what a need asks for or an offer holds."""

    kind: QuantityKind
    quantity: int
    what: str = given(longest=120)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPledge:
    """A promise towards one item of a need, and how far it has come."""

    giver: str = given(called="from")
    item: int
    quantity: int
    days_ago: int
    state: PledgeStatus
    words: str = given(longest=1000)
    reason: str = optional(longest=300)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResponse:
    """A supplier's answer to an opportunity."""

    supplier: str = given(called="from")
    days_ago: int
    words: str = given(longest=3000)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCapacity:
    """What an organisation said it can take on, and how long ago."""

    days_ago: int
    jobs_a_quarter: int | None = optional(default=None)
    volunteers_a_month: int | None = optional(default=None)
    hours_left: int | None = optional(default=None)
    money_left: int | None = optional(default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoListing:
    """What the four families share."""

    key: str = given(longest=60)
    title: str = given(longest=90)
    summary: str = given(longest=200)
    body: str = given(longest=1500)
    categories: tuple[str, ...] = given(longest=3)
    published_days_ago: int
    town: str = optional(longest=80)
    postcode: str = optional(longest=8)
    quote: str = optional(longest=300)
    said_by: str = optional(longest=80)
    closed: bool = optional(default=False)

    family: ClassVar[Family]

    @property
    def ends_in_days(self) -> int | None:
        """Days until it closes; negative where that is past, None where nobody said."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoNeed(DemoListing):
    family = Family.NEED

    items: tuple[DemoItem, ...] = given(longest=12)
    needed_in_days: int
    hosting: str = optional(longest=1000)
    must_have: tuple[str, ...] = optional((), longest=12)
    pledges: tuple[DemoPledge, ...] = optional((), called="pledge")

    @property
    def ends_in_days(self) -> int | None:
        return self.needed_in_days


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOpportunity(DemoListing):
    """`sme_friendly` is the buyer's own word; nothing is stored of it yet."""

    family = Family.OPPORTUNITY

    kind: OpportunityKind
    value_low: int
    value_high: int
    closes_in_days: int
    starts_in_days: int
    sme_friendly: bool = optional(default=False)
    must_have: tuple[str, ...] = optional((), longest=12)
    responses: tuple[DemoResponse, ...] = optional((), called="response")

    @property
    def ends_in_days(self) -> int | None:
        return self.closes_in_days


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCapability(DemoListing):
    family = Family.CAPABILITY

    reach_miles: int
    capacity: str = given(longest=200)
    typical_job_low: int
    typical_job_high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOffer(DemoListing):
    family = Family.OFFER

    items: tuple[DemoItem, ...] = given(longest=12)
    reach_miles: int
    conditions: str = optional(longest=1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOrganisation:
    """An organisation and everything it put up."""

    key: str = given(longest=60)
    name: str = given(longest=200)
    kind: OrganisationKind
    legal_form: str = given(longest=80)
    town: str = given(longest=80)
    postcode: str = given(longest=8)
    staff: float  # full-time equivalents
    turnover: int
    balance_sheet: int | None = optional(default=None)
    about: str = given(longest=1500)
    website: str = optional(longest=300)
    interests: tuple[str, ...] = optional((), longest=12)
    founded: int
    joined_days_ago: int
    credentials: tuple[str, ...] = optional((), longest=12)
    staff_local: int | None = optional(default=None)  # percent, as is the next
    spend_local: int | None = optional(default=None)
    capacity: DemoCapacity | None = optional(default=None)  # noqa: RUF009  # it makes a field
    needs: tuple[DemoNeed, ...] = optional((), called="need")
    opportunities: tuple[DemoOpportunity, ...] = optional((), called="opportunity")
    capabilities: tuple[DemoCapability, ...] = optional((), called="capability")
    offers: tuple[DemoOffer, ...] = optional((), called="offer")

    @property
    def listings(self) -> Iterator[DemoListing]:
        """What it sells and gives first, then what it asks."""
        yield from (*self.capabilities, *self.offers, *self.opportunities, *self.needs)
