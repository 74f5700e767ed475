"""A first draft of a notice below the procurement amounts, each sentence from a fact on the record.

It is a skeleton for whoever writes the real one, and says so. What the record does not hold is named, never
made up. Law comes from `thresholds.toml`, with its day and source.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.opportunities.models import Opportunity, OpportunityKind
from marketplace.opportunities.thresholds import Authority, reservation, threshold
from marketplace.organisations.models import OrganisationKind
from marketplace.web.words import day, joined, money, money_range

DRAFT = "DRAFT. Check it with your procurement team before you use it."
# The lowest amount that might apply to a buyer of a kind, as an anchor may be an NHS trust.
PUBLIC_BUYERS = {
    OrganisationKind.PUBLIC: Authority.CENTRAL,
    OrganisationKind.ANCHOR: Authority.CENTRAL,
}


@dataclass(frozen=True, slots=True)
class Part:
    """One paragraph of the draft, and the fact on the record it comes from."""

    words: str
    fact: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The draft, what is missing from it, and what to know about the route; all in words."""

    parts: tuple[Part, ...]
    missing: tuple[str, ...]
    route: tuple[str, ...]

    @property
    def text(self) -> str:
        """Everything to copy, the warning first."""
        return "\n\n".join((DRAFT, *(part.words for part in self.parts)))


def wording(
    opportunity: Opportunity, *, must_have: Sequence[str], categories: Sequence[str], today: date
) -> Wording:
    """Draft the notice; `must_have` and `categories` are names, `today` picks the rules in force."""
    buyer, title = opportunity.organisation, opportunity.title.rstrip(".")
    place = buyer.place.name
    parts, missing = (
        [Part(f"{buyer.name} invites {_what(opportunity)}: {title}.", "who asks, kind and title")],
        [],
    )

    def say(words: str, fact: str, lacks: str, *, known: bool) -> None:
        if known:
            parts.append(Part(words, fact))
        elif lacks:
            missing.append(lacks)

    say(opportunity.body.strip(), "the description", "What the work is", known=bool(opportunity.body.strip()))
    say(
        f"It is about {joined(list(categories))}.",
        "the categories",
        "What line of work it is",
        known=bool(categories),
    )
    low, high = opportunity.value_range
    say(
        f"Estimated value: {money_range(low, high)}, without VAT.",
        "lowest and highest budget",
        "The value: the law that holds depends on it",
        known=bool(low or high),
    )
    where = ", ".join(part for part in (opportunity.town, place) if part)
    say(f"Where: {where}.", "where it is", "Where the work is", known=bool(opportunity.town))
    say(
        f"Work is to start on {day(opportunity.starts_on)}.", "the start",
        "When the work starts", known=opportunity.starts_on is not None,
    )  # fmt: skip
    say(
        f"Whoever answers must have: {joined(list(must_have))}.", "what whoever answers must have", "",
        known=bool(must_have),
    )  # fmt: skip
    say(
        f"The last day to answer is {day(opportunity.closes_on)}. Everyone reads all questions and answers.",
        "the last day to answer",
        "The last day to answer",
        known=opportunity.closes_on is not None,
    )
    missing += ["How long the contract lasts", "How answers are judged, and what each part weighs"]
    return Wording(tuple(parts), tuple(missing), _route(opportunity, today=today))


def _what(opportunity: Opportunity) -> str:
    return {
        OpportunityKind.CONTRACT: "tenders for a contract",
        OpportunityKind.SUBCONTRACT: "offers for a subcontract",
        OpportunityKind.QUOTE: "quotes",
        OpportunityKind.GRANT: "applications for a grant",
        OpportunityKind.JOB: "applications for a job or training place",
    }[opportunity.kind]


def _route(opportunity: Opportunity, *, today: date) -> tuple[str, ...]:
    """What the record allows to be said about the route: whether it is below, and to whom it may be kept."""
    buyer, value = opportunity.organisation, opportunity.value
    if opportunity.kind in (OpportunityKind.GRANT, OpportunityKind.JOB):
        return ("This is not a purchase, so the amounts of procurement law say nothing about it.",)
    if buyer.kind not in PUBLIC_BUYERS:
        return (
            f"{buyer.name} stands here as neither a public body nor an anchor institution. "
            "The rules for public buyers may not hold for it.",
        )
    limit, rule = threshold(PUBLIC_BUYERS[buyer.kind], on=today), reservation(on=today)
    if limit is None or not value or value <= 1:  # public notices write 0 or 1 for “not said”
        return ("Without a value nobody can say whether it is below the procurement amounts.",)
    if limit.reached_by(value, includes_vat=None):
        return (
            f"With VAT it may come to {money(limit.amount)} or more, the lowest amount that might hold for a "
            f"public buyer ({limit.source}). This draft is for less than that.",
        )
    below = f"With VAT it stays below {money(limit.amount)} ({limit.source})."
    if rule is None:
        return (below,)
    return (
        below,
        f"Since {day(rule.since)} {rule.buyers} may keep such a competition to {rule.area} "
        f"({rule.source}). The notice must say so, and {rule.based}.",
        "The same buyers may keep it to small and medium-sized firms, or to voluntary and community groups, "
        "alone or together with an area.",
        f"If you do, add: “This competition is reserved to suppliers based in [{buyer.place.name}].”",
    )
