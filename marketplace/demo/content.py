"""The fictional County Durham as its writers wrote it: organisations, what they put up, and what came of it.

Days are counted from the day the demo is loaded: `published_days_ago` back from it, `closes_in_days` on
from it. Money is whole £. `reading` turns the TOML files into these and checks them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from marketplace.listings.models import Family, QuantityKind
from marketplace.needs.models import Check
from marketplace.opportunities.models import OpportunityKind
from marketplace.organisations.models import OrganisationKind
from marketplace.pledges.models import End, PledgeStatus, Rhythm
from marketplace.responses.models import OutcomeKind


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


class Does(StrEnum):
    """What somebody did about a promise, by the verb of it."""

    APPROVE = "approve"
    ACCEPT = "accept"
    DECLINE = "decline"
    PROPOSE = "propose"
    AGREE = "agree"
    WITHDRAW = "withdraw"
    DELIVER = "deliver"
    CERTIFY = "certify"
    NOT_DELIVERED = "not_delivered"
    CONFIRM = "confirm"
    DISPUTE = "dispute"
    SETTLE = "settle"
    ASK_TO_VERIFY = "ask_to_verify"
    VERIFY = "verify"
    THANK = "thank"
    SET_PLACES = "set_places"
    JOIN = "join"
    CAME = "came"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStep:
    """One thing that was done about a promise; what is left out is the usual.

    `in_days` counts from the day the demo is loaded, and is negative before it. `by` is a first name.
    """

    does: Does
    days_ago: int
    end: End | None = optional(default=None)  # noqa: RUF009  # it makes a field: whose, where either may
    by: str = optional(longest=40)
    number: int = optional(default=1)  # which time, of a promise given several times
    quantity: int | None = optional(default=None)
    in_days: int | None = optional(default=None)
    timing: str = optional(longest=200)
    words: str = optional(longest=1000)
    reason: str = optional(longest=300)
    said_by: str = optional(longest=80)
    picture: str = optional(longest=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPledge:
    """A promise towards one item of a need, or somebody asking for one of an offer, and how far it has come.

    Without `steps` it went the usual way to its state. `quantity` is of all times together.
    """

    sender: str = given(called="from")
    item: int
    quantity: int
    days_ago: int
    state: PledgeStatus
    words: str = given(longest=1000)
    reason: str = optional(longest=300)
    times: int = optional(default=1)
    rhythm: Rhythm = optional(default=Rhythm.ONCE)  # noqa: RUF009  # it makes a field
    in_days: int | None = optional(default=None)  # the first day they spoke of
    timing: str = optional(longest=200)
    conditions: str = optional(longest=500)
    by: str = optional(longest=40)
    wait: bool = optional(default=False)
    steps: tuple[DemoStep, ...] = optional((), called="step")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoShare:
    """What one need gets of a bundle, and how far that has come."""

    need: str
    item: int
    quantity: int
    state: PledgeStatus
    reason: str = optional(longest=300)
    steps: tuple[DemoStep, ...] = optional((), called="step")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoBundle:
    """Several small needs that one giver promised to together."""

    name: str = given(longest=120)
    days_ago: int
    words: str = given(longest=1000)
    shares: tuple[DemoShare, ...] = given(longest=12, called="share")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMessage:
    """Written by whoever put the notice up, if `ours`, or to them."""

    ours: bool
    days_ago: int
    words: str = given(longest=2000)
    by: str = optional(longest=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTalk:
    """A conversation about a notice with one other organisation."""

    other: str = given(called="with")
    messages: tuple[DemoMessage, ...] = given(longest=12, called="message")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResponse:
    """A supplier's answer to an opportunity, and what the buyer thought of it."""

    supplier: str = given(called="from")
    days_ago: int
    words: str = given(longest=3000)
    price_low: int | None = optional(default=None)
    price_high: int | None = optional(default=None)
    shortlisted_days_ago: int | None = optional(default=None)
    note: str = optional(longest=500)
    reason: str = optional(longest=300)  # why another was chosen, and the two below with it
    did_well: str = optional(longest=500)
    do_better: str = optional(longest=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoQuestion:
    """A question before an opportunity closes; without an answer it still waits for one."""

    asker: str = given(called="from")
    days_ago: int
    words: str = given(longest=1000)
    answer: str = optional(longest=1000)
    answered_days_ago: int = optional(default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPayment:
    """£ that the buyer declared; without `agreed_days_ago` the supplier has not said that it came."""

    pounds: int
    days_ago: int
    words: str = optional(longest=200)
    agreed_days_ago: int | None = optional(default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDecision:
    """What a buyer decided; the winner is one of ours by key, or a name from outside."""

    days_ago: int
    kind: OutcomeKind = optional(default=OutcomeKind.AWARDED)  # noqa: RUF009  # it makes a field
    winner: str = optional()
    winner_name: str = optional(longest=200)
    winner_postcode: str = optional(longest=8)
    value: int | None = optional(default=None)
    starts_in_days: int | None = optional(default=None)
    ends_in_days: int | None = optional(default=None)
    words: str = optional(longest=1000)
    payments: tuple[DemoPayment, ...] = optional((), called="payment")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoBudget:
    """What a team set aside, from and until a day counted from today."""

    name: str = given(longest=80)
    starts_days_ago: int
    ends_in_days: int
    hours: int | None = optional(default=None)
    money: int | None = optional(default=None)
    goods: int | None = optional(default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoKept:
    """A need on a team's shortlist, and what they think of it."""

    need: str
    days_ago: int
    note: str = optional(longest=500)
    by: str = optional(longest=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTeam:
    """A giving team: its budget, the most that one person promises alone, and who may do what."""

    days_ago: int
    budget: DemoBudget
    hours: int | None = optional(default=None)
    money: int | None = optional(default=None)
    goods: int | None = optional(default=None)
    certifies: bool = optional(default=False)
    certifiers: tuple[str, ...] = optional((), longest=12)  # first names
    kept: tuple[DemoKept, ...] = optional((), longest=12)


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
    talks: tuple[DemoTalk, ...] = optional((), called="talk")

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
    host_a_week: int | None = optional(default=None)
    hosting_cost: int | None = optional(default=None)
    cost_covered_by: str = optional(longest=120)
    with_children: bool = optional(default=False)
    with_adults_at_risk: bool = optional(default=False)
    dbs: Check = optional(default=Check.NONE)  # noqa: RUF009  # it makes a field
    access: str = optional(longest=300)
    pledges: tuple[DemoPledge, ...] = optional((), called="pledge")

    @property
    def ends_in_days(self) -> int | None:
        return self.needed_in_days


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOpportunity(DemoListing):
    """`sme_friendly` is the buyer's own word; nothing is stored of it yet.

    A closed one without a decision went to whoever answered first, unless it is still `undecided`.
    """

    family = Family.OPPORTUNITY

    kind: OpportunityKind
    value_low: int
    value_high: int
    closes_in_days: int
    starts_in_days: int
    sme_friendly: bool = optional(default=False)
    must_have: tuple[str, ...] = optional((), longest=12)
    undecided: bool = optional(default=False)
    responses: tuple[DemoResponse, ...] = optional((), called="response")
    questions: tuple[DemoQuestion, ...] = optional((), called="question")
    decision: DemoDecision | None = optional(default=None)  # noqa: RUF009  # it makes a field

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
    requests: tuple[DemoPledge, ...] = optional((), called="request")


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
    colleagues: tuple[str, ...] = optional((), longest=8)  # besides its owner, by name
    team: DemoTeam | None = optional(default=None)  # noqa: RUF009  # it makes a field
    bundles: tuple[DemoBundle, ...] = optional((), called="bundle")
    needs: tuple[DemoNeed, ...] = optional((), called="need")
    opportunities: tuple[DemoOpportunity, ...] = optional((), called="opportunity")
    capabilities: tuple[DemoCapability, ...] = optional((), called="capability")
    offers: tuple[DemoOffer, ...] = optional((), called="offer")

    @property
    def listings(self) -> Iterator[DemoListing]:
        """What it sells and gives first, then what it asks."""
        yield from (*self.capabilities, *self.offers, *self.opportunities, *self.needs)
