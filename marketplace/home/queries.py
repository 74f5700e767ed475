"""The figures on the front page, from the totals of the ledger."""

from dataclasses import dataclass

from marketplace.ledger import queries as ledger
from marketplace.ledger.models import Side
from marketplace.ledger.models import Stage as Step
from marketplace.listings.models import QuantityKind

HOURS = (QuantityKind.VOLUNTEERS, QuantityKind.SPACE, QuantityKind.SKILLS)


@dataclass(frozen=True, slots=True)
class Stage:
    """How far support has come: hours, items and £ kept apart, because they do not add up."""

    name: str
    hours: int
    items: int
    pounds: int


def stages() -> list[Stage]:
    """The staircase from promised to verified."""
    sums = ledger.sums(Side.SUPPORT)

    def stands(kind: QuantityKind, step: Step) -> int:
        return sums.get(kind.value, {}).get(step, 0)

    return [
        Stage(
            step.value.capitalize(),
            sum(stands(kind, step) for kind in HOURS),
            stands(QuantityKind.GOODS, step),
            stands(QuantityKind.MONEY, step),
        )
        for step in ledger.STAGES[Side.SUPPORT]
    ]
