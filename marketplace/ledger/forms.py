"""Which part of the ledger to look at, as it stands in the address."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField

from marketplace.ledger.models import Side, Stage
from marketplace.ledger.queries import STAGES, Asked
from marketplace.listings.models import QuantityKind

SIDE_WORDS = {Side.SUPPORT: "Support given", Side.SPEND: "Money spent"}
KIND_WORDS = {
    QuantityKind.VOLUNTEERS.value: "Volunteering",
    QuantityKind.GOODS.value: "Things",
    QuantityKind.MONEY.value: "Money",
    QuantityKind.SPACE.value: "Rooms",
    QuantityKind.SKILLS.value: "Skilled help",
}
STAGE_WORDS = {stage: stage.value.capitalize() for stages in STAGES.values() for stage in stages}
STAGE_WORDS[Stage.PAID] = "Paid, as declared"


class LedgerForm(Form):
    """What an address asks for; anything in it that we do not know is left out."""

    side = SelectField("Support or spend")
    stage = SelectField("Step")
    kind = SelectField("Kind")
    ward = SelectField("Ward")

    def __init__(self, given: "MultiDict[str, str]", wards: Mapping[str, str]) -> None:
        super().__init__(given)
        self.side.choices = _choices({side.value: words for side, words in SIDE_WORDS.items()}, "Both")
        self.stage.choices = _choices(
            {stage.value: words for stage, words in STAGE_WORDS.items()}, "All steps"
        )
        self.kind.choices = _choices(KIND_WORDS, "All kinds")
        self.ward.choices = _choices(wards, "The whole place")
        self._given = given

    def asked(self) -> Asked:
        side, stage = self._known(self.side), self._known(self.stage)
        return Asked(
            side=Side(side) if side else None,
            stage=Stage(stage) if stage else None,
            kind=self._known(self.kind),
            ward=self._known(self.ward),
            organisation=self._number("organisation"),
            listing=self._number("listing"),
            contract=self._number("contract"),
        )

    def _known(self, field: SelectField) -> str | None:
        known = {value for value, _ in field.choices if value}
        return field.data if field.data in known else None

    def _number(self, name: str) -> int | None:
        number = self._given.get(name, type=int)
        return number if number is not None and 0 < number < 2**31 else None


def _choices(words: Mapping[str, str], for_all: str) -> list[Any]:
    return [("", for_all), *words.items()]
