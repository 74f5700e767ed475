"""When a buyer may be shown what staying local would mean, and why or why not.

It helps to look for suppliers, to ask for quotes and to choose subcontractors. In a public competition from
the legal amount on, suppliers must be treated alike wherever they are (Procurement Act 2023 s12 and s90), so
there it is left out. Where a fact is missing we take it the careful way: the lowest amount that might apply,
with VAT added.
"""

from dataclasses import dataclass
from datetime import date
from typing import TypeGuard

from marketplace.opportunities.models import OpportunityKind
from marketplace.opportunities.thresholds import Authority, Subject, threshold
from marketplace.organisations.models import OrganisationKind
from marketplace.web.words import money

# Which of the Act's authorities a buyer of a kind might be, by the lowest amount that might apply. An anchor
# may be an NHS trust, which counts as central; a voluntary body a housing association; a firm a utility.
MIGHT_BE = {
    OrganisationKind.PUBLIC: Authority.CENTRAL,
    OrganisationKind.ANCHOR: Authority.CENTRAL,
    OrganisationKind.VOLUNTARY: Authority.SUB_CENTRAL,
    OrganisationKind.BUSINESS: Authority.UTILITY,
    OrganisationKind.DEVELOPER: Authority.UTILITY,
}
PUBLIC_BUYERS = (OrganisationKind.PUBLIC, OrganisationKind.ANCHOR)
PURPOSES = {
    OpportunityKind.CONTRACT: "Shown to help you look for suppliers",
    OpportunityKind.QUOTE: "Shown to help you ask for quotes",
    OpportunityKind.SUBCONTRACT: "Shown to help you choose subcontractors",
}


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is bought and by whom; the value in whole £ over the whole term, None where it is not said.

    `authority` and `subject` are for callers who know more than the kind of organisation tells.
    """

    kind: OpportunityKind
    buyer: OrganisationKind
    value_low: int | None = None
    value_high: int | None = None
    includes_vat: bool | None = None  # None: nobody knows
    authority: Authority | None = None
    subject: Subject = Subject.GOODS_SERVICES


@dataclass(frozen=True, slots=True)
class Shown:
    """Whether it is shown, and a sentence that says why or why not."""

    allowed: bool
    why: str


def may_show(purchase: Purchase, *, on: date) -> Shown:
    """Whether the local effect is shown: for sourcing, quotes and subcontracts, not large competitions."""
    purpose = PURPOSES.get(purchase.kind)
    if purpose is None:
        return Shown(False, "What would stay local is shown only where something is bought.")
    if purchase.kind is OpportunityKind.SUBCONTRACT and purchase.buyer not in PUBLIC_BUYERS:
        return Shown(True, f"{purpose}.")
    limit = threshold(purchase.authority or MIGHT_BE[purchase.buyer], purchase.subject, on=on)
    if limit is None:
        return _not("we hold no procurement threshold for that day")
    value = _most(purchase)
    if value is not None and limit.reached_by(value, includes_vat=purchase.includes_vat):
        return _not(
            f"with VAT this may come to {money(limit.amount)} or more, and from there on "
            "a public competition treats suppliers alike wherever they are"
        )
    if purchase.kind is OpportunityKind.CONTRACT and not _said(purchase.value_high):
        return _not("without its highest value this may be a competition above the procurement threshold")
    return Shown(True, f"{purpose}.")


def _not(why: str) -> Shown:
    return Shown(False, f"What would stay local is left out: {why}.")


def _most(purchase: Purchase) -> int | None:
    return max((value for value in (purchase.value_low, purchase.value_high) if _said(value)), default=None)


def _said(pounds: int | None) -> TypeGuard[int]:
    """Whether a sum was really given: public notices write 0 or 1 for “not said”."""
    return pounds is not None and pounds > 1
