"""The figures on the front page, counted from the pledges themselves."""

from collections import Counter
from dataclasses import dataclass

from marketplace.listings.models import QuantityKind
from marketplace.pledges import queries as pledges
from marketplace.pledges.models import PledgeStatus

# A confirmed pledge was promised, accepted and delivered before, so it counts at every step.
STEPS = (
    (
        "Promised",
        (PledgeStatus.OFFERED, PledgeStatus.ACCEPTED, PledgeStatus.DELIVERED, PledgeStatus.CONFIRMED),
    ),
    ("Accepted", (PledgeStatus.ACCEPTED, PledgeStatus.DELIVERED, PledgeStatus.CONFIRMED)),
    ("Delivered", (PledgeStatus.DELIVERED, PledgeStatus.CONFIRMED)),
    ("Confirmed", (PledgeStatus.CONFIRMED,)),
)
HOURS = (QuantityKind.VOLUNTEERS, QuantityKind.SPACE, QuantityKind.SKILLS)


@dataclass(frozen=True, slots=True)
class Stage:
    """How far support has come: hours, items and £ kept apart, because they do not add up."""

    name: str
    hours: int
    items: int
    pounds: int


def stages() -> list[Stage]:
    """The staircase from promised to confirmed."""
    totals = pledges.totals()
    found = []
    for name, statuses in STEPS:
        amounts: Counter[QuantityKind] = Counter()
        for status in statuses:
            amounts.update(totals.get(status, {}))
        hours = sum(amounts[kind] for kind in HOURS)
        found.append(Stage(name, hours, amounts[QuantityKind.GOODS], amounts[QuantityKind.MONEY]))
    return found
