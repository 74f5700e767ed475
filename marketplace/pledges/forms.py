"""What a giver types, and why a receiver says no."""

from secrets import token_urlsafe

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import Length, NumberRange

from marketplace.needs.models import Need
from marketplace.pledges.services import PledgeDetails
from marketplace.web.fields import WholeNumberField, number_required, required, stripped

DECLINE_REASONS = (
    "We have enough now",
    "The dates don’t work for us",
    "We can’t host that many",
    "It isn’t quite what we need",
    "Something else",
)


class PledgeForm(FlaskForm):
    quantity_id = RadioField(
        "What would you give?", coerce=int, validators=[required("Choose what you would give")]
    )
    quantity = WholeNumberField(
        "How much?",
        validators=[
            number_required("Enter how much you would give"),
            NumberRange(min=1, max=1_000_000, message="Enter a number of 1 or more"),
        ],
    )
    words = TextAreaField(
        "A word to go with it (optional)",
        description="When, how, who’ll come. They read this first.",
        filters=[stripped],
        validators=[Length(max=1000)],
    )
    form_key = HiddenField()

    def offer(self, need: Need) -> "PledgeForm":
        """Put the lines that still lack something up for choice."""
        lines = [row for row in need.quantities if row.missing]
        self.quantity_id.choices = {row.id: f"{row.words(row.missing)} still needed" for row in lines}
        if not self.is_submitted():
            self.form_key.data = token_urlsafe(16)
            if len(lines) == 1:
                self.quantity_id.data = lines[0].id
        return self

    def details(self) -> PledgeDetails:
        return PledgeDetails(
            quantity_id=self.quantity_id.data,
            quantity=self.quantity.data,
            words=self.words.data or "",
            form_key=self.form_key.data or token_urlsafe(16),
        )


class DeclinePledgeForm(FlaskForm):
    reason = SelectField(
        "Why not, this time?",
        choices={"": "Choose a reason", **{reason: reason for reason in DECLINE_REASONS}},
        validators=[required("Choose a reason: they took the trouble to offer")],
    )
