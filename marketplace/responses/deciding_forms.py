"""What a buyer decided, why to everybody else, and what was paid."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, Field, Form, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from marketplace.organisations.models import Organisation
from marketplace.places import postcodes
from marketplace.responses.deciding import Decision
from marketplace.responses.forms import (
    NOT_CHOSEN,
    NOT_GOING_AHEAD,
    NOT_WHAT_WE_NEED,
    POUNDS,
    REASONS,
    did_well_field,
    do_better_field,
)
from marketplace.responses.models import AWARDS, Outcome, OutcomeKind, Response
from marketplace.responses.paying import PaymentDetails
from marketplace.responses.services import Feedback
from marketplace.web.fields import WholeNumberField, number_required, required, stripped

KIND_WORDS = {
    OutcomeKind.AWARDED: "Awarded to somebody",
    OutcomeKind.PARTLY: "Part of it was awarded",
    OutcomeKind.CANCELLED: "Not going ahead",
    OutcomeKind.NONE_SUITABLE: "Going ahead another way: no answer was suitable",
}
USUAL_REASON = {  # to begin with, for everybody who did not win
    OutcomeKind.AWARDED: NOT_CHOSEN,
    OutcomeKind.PARTLY: NOT_CHOSEN,
    OutcomeKind.CANCELLED: NOT_GOING_AHEAD,
    OutcomeKind.NONE_SUITABLE: NOT_WHAT_WE_NEED,
}
OUTSIDE = "outside"


class KindForm(Form):
    """Part of an address: it changes nothing, so it needs no token."""

    kind = RadioField("What did you decide?", choices={kind.value: said for kind, said in KIND_WORDS.items()})


class OutcomeForm(FlaskForm):
    """Who won, for how much, and words to everybody; `winner` is the id of one of ours, or “outside”."""

    kind = HiddenField()
    winner = RadioField("Who won?", choices=[], validate_choice=False)
    look_for = StringField(
        "Find another organisation here",
        description="Any part of its name. It appears above, for you to choose.",
        filters=[stripped],
    )
    winner_name = StringField("Their name", filters=[stripped], validators=[Length(max=200)])
    winner_postcode = StringField(
        "Their postcode (optional)",
        description="Tells whether the money stays in the place.",
        filters=[stripped],
        validators=[Length(max=10)],
    )
    value = WholeNumberField(
        "Value of the whole award (£, without VAT)",
        description="You, the winner and the convener see it. It counts in the figures of the whole place.",
        validators=[Optional(), POUNDS],
    )
    starts_on = DateField("When does it start? (optional)", validators=[Optional()])
    ends_on = DateField("When does it end? (optional)", validators=[Optional()])
    words = TextAreaField(
        "A word to everyone who answered (optional)",
        description="How you decided, and what comes next.",
        filters=[stripped],
        validators=[Length(max=2000)],
    )

    @property
    def decided(self) -> OutcomeKind:
        """What was decided, as the page before asked."""
        return OutcomeKind(self.kind.data)

    def offer(self, answered: Sequence[Organisation], found: Iterable[Organisation]) -> None:
        """Put those who answered up for choice, whoever was found by name, and somebody from outside."""
        others = [each for each in found if each not in answered]
        self.winner.choices = [
            *((str(each.id), each.name) for each in answered),
            *((str(each.id), f"{each.name}{', ' if each.town else ''}{each.town}") for each in others),
            (OUTSIDE, "Somebody who is not here"),
        ]

    def validate_winner(self, field: Field) -> None:
        if self.decided not in AWARDS:
            return
        if field.data not in {value for value, _ in field.choices}:
            raise ValidationError("Choose who won")

    def validate_winner_name(self, field: Field) -> None:
        if self.decided in AWARDS and self.winner.data == OUTSIDE and not field.data:
            raise ValidationError("Enter the name of whoever won")

    def validate_winner_postcode(self, field: Field) -> None:
        if self.winner.data == OUTSIDE and field.data and not postcodes.normalise(field.data):
            raise ValidationError("Enter a whole postcode, such as DL14 7AB, or leave it empty")

    def validate_ends_on(self, field: Field) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError("Choose an end on or after the start")

    def decision(self, winner: Organisation | None) -> Decision:
        """The decision typed in; `winner` is the row of whoever was chosen, if one of ours was."""
        if self.decided not in AWARDS:
            return Decision(kind=self.decided, words=self.words.data or "")
        outside = self.winner.data == OUTSIDE
        return Decision(
            kind=self.decided,
            winner=winner,
            winner_name=self.winner_name.data if outside else "",
            winner_postcode=self.winner_postcode.data if outside else "",
            value=self.value.data,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            words=self.words.data or "",
        )


def decide_form(answers: Sequence[Response], kind: OutcomeKind) -> Any:
    """The form of a decision with three questions about each answer: `reason_12`, `did_well_12` and so on."""

    class DecideForm(OutcomeForm):
        def validate(self, extra_validators: Any = None) -> bool:
            is_fine = super().validate(extra_validators)
            for each in answers:
                reason = self[f"reason_{each.id}"]
                if not reason.data and self.winner.data != str(each.supplier_id):
                    reason.errors = [f"Choose a reason for {each.supplier.name}"]
                    is_fine = False
            return is_fine

        def feedback(self) -> dict[int, Feedback]:
            return {
                each.id: Feedback(
                    reason=self[f"reason_{each.id}"].data,
                    did_well=self[f"did_well_{each.id}"].data or "",
                    do_better=self[f"do_better_{each.id}"].data or "",
                )
                for each in answers
            }

    for each in answers:
        reason = SelectField("Why not, this time?", choices=REASONS, default=USUAL_REASON[kind])
        setattr(DecideForm, f"reason_{each.id}", reason)
        setattr(DecideForm, f"did_well_{each.id}", did_well_field())
        setattr(DecideForm, f"do_better_{each.id}", do_better_field())
    return DecideForm(kind=kind.value)


class CorrectForm(OutcomeForm):
    kind = RadioField("What did you decide?", choices={kind.value: said for kind, said in KIND_WORDS.items()})
    reason = SelectField(
        "If another wins now: why, to whoever won before?", choices=REASONS, default="Something else"
    )
    did_well = did_well_field()
    do_better = do_better_field()

    def show(self, outcome: Outcome) -> None:
        """Begin with what was decided."""
        self.kind.data = outcome.kind.value
        self.winner.data = str(outcome.winner_id) if outcome.winner_id else OUTSIDE
        for name in ("winner_name", "winner_postcode", "value", "starts_on", "ends_on", "words"):
            self[name].data = getattr(outcome, name)

    def feedback(self) -> Feedback:
        return Feedback(
            reason=self.reason.data or "Something else",
            did_well=self.did_well.data or "",
            do_better=self.do_better.data or "",
        )


class PaymentForm(FlaskForm):
    pounds = WholeNumberField(
        "How much was paid? (£, without VAT)",
        validators=[
            number_required("Enter how much was paid"),
            NumberRange(min=1, max=2_000_000_000, message="Enter a number of 1 or more"),
        ],
    )
    paid_on = DateField("When?", validators=[required("Enter the day it was paid, such as 27 3 2027")])
    payment_words = StringField("What for? (optional)", filters=[stripped], validators=[Length(max=200)])
    form_key = HiddenField()

    def details(self) -> PaymentDetails:
        return PaymentDetails(
            pounds=self.pounds.data,
            paid_on=self.paid_on.data,
            words=self.payment_words.data or "",
            form_key=self.form_key.data or "",
        )
