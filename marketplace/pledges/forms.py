"""What a giver promises, and what a charity asks of a standing offer."""

from collections.abc import Mapping
from secrets import token_urlsafe
from types import MappingProxyType

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, NumberRange, Optional, StopValidation, ValidationError

from marketplace import clock
from marketplace.listings.models import Listing
from marketplace.pledges.models import Rhythm
from marketplace.pledges.services import PledgeDetails
from marketplace.web.fields import WholeNumberField, number_required, required, stripped

MOST_TIMES = 52
RHYTHMS = {
    Rhythm.ONCE.value: "Once",
    Rhythm.WEEKLY.value: "Every week",
    Rhythm.FORTNIGHTLY.value: "Every two weeks",
    Rhythm.MONTHLY.value: "Every month",
}
FIELD_OF = {"quantity": "each"}  # what a refusal is about, where the form has another name for it


def not_in_the_past(_form: object, field: Field) -> None:
    if field.data is not None and field.data < clock.today():
        raise ValidationError("Choose today or a day to come")


def where_repeated(form: "PromiseForm", field: Field) -> None:
    """A number of times is asked for only where it is more than once."""
    is_empty = not any(text.strip() for text in field.raw_data or ())
    if is_empty or not form.is_repeated:
        field.errors = []
        raise StopValidation("Enter how many times" if form.is_repeated else "")


class PromiseForm(FlaskForm):
    """So much of one line of a need; once, or again and again."""

    quantity_id = RadioField(
        "What would you give?", coerce=int, validators=[required("Choose what you would give")]
    )
    each = WholeNumberField(
        "How much?",
        validators=[
            number_required("Enter how much you would give"),
            NumberRange(min=1, max=1_000_000, message="Enter a number of 1 or more"),
        ],
    )
    rhythm = RadioField("How often?", choices=RHYTHMS, default=Rhythm.ONCE.value, validators=[Optional()])
    times = WholeNumberField(
        "How many times in all?",
        validators=[
            where_repeated,
            NumberRange(min=2, max=MOST_TIMES, message=f"Enter a number from 2 to {MOST_TIMES}"),
        ],
    )
    starts_on = DateField("On which day? (optional)", validators=[Optional(), not_in_the_past])
    timing = StringField(
        "At what time? (optional)",
        description="Such as “2 to 4 in the afternoon”.",
        filters=[stripped],
        validators=[Length(max=200)],
    )
    words = TextAreaField(
        "A word to go with it (optional)",
        description="Who’ll come, or why you’d like to. They read this first.",
        filters=[stripped],
        validators=[Length(max=1000)],
    )
    conditions = StringField(
        "Is there a condition? (optional)",
        description="Such as “we need it back by June”, or “somebody to let us in”.",
        filters=[stripped],
        validators=[Length(max=500)],
    )
    contract_id = SelectField(
        "Does it count towards a contract? (optional)",
        description="A promise counts for one contract at most.",
        coerce=int,
        default=0,
        validators=[Optional()],
    )
    credited_id = SelectField(
        "Whose giving does it count as? (optional)",
        description="Such as the main contractor’s, if you give on their behalf.",
        coerce=int,
        default=0,
        validators=[Optional()],
    )
    wait = BooleanField("If it is all promised, put me on the waiting list")
    form_key = HiddenField()

    def offer(
        self,
        listing: Listing,
        contracts: Mapping[int, str],
        behalf_of: Mapping[int, str] = MappingProxyType({}),
    ) -> "PromiseForm":
        """Put the listing's lines up for choice, those that are full with their waiting list."""
        lines = list(listing.quantities)
        self.quantity_id.choices = {row.id: self._left(row.words(row.missing), row.missing) for row in lines}
        for row in lines:
            if not row.missing:
                all_of_it = row.words(row.wanted)
                self.quantity_id.choices[row.id] = f"{all_of_it}: all promised, so you’d wait for room"
        if all(row.missing for row in lines):
            del self.wait
        if contracts:
            self.contract_id.choices = {0: "No, none", **contracts}
        else:
            del self.contract_id
        if behalf_of:
            self.credited_id.choices = {0: "Our own", **behalf_of}
        else:
            del self.credited_id
        if not self.is_submitted():
            self.form_key.data = token_urlsafe(16)
            if len(lines) == 1:
                self.quantity_id.data = lines[0].id
        return self

    def _left(self, words: str, missing: int) -> str:
        return f"{words} still needed"

    @property
    def is_repeated(self) -> bool:
        return self.rhythm.data not in (None, Rhythm.ONCE.value)

    @property
    def says_when(self) -> bool:
        """Whether anything is answered, or wrong, of what is asked under the disclosure."""
        counting = [self[name] for name in ("contract_id", "credited_id") if name in self]
        asked = [self.times, self.conditions, *counting]
        return self.is_repeated or any(field.errors or field.data for field in asked)

    def refuse(self, message: str, field: str) -> None:
        """Put a refusal beside what it is about."""
        name = FIELD_OF.get(field, field)
        target: Field = self[name] if name in self else self.each  # noqa: SIM401  # a form is no dict
        target.errors = [*target.errors, message]

    def details(self) -> PledgeDetails:
        return PledgeDetails(
            quantity_id=self.quantity_id.data,
            each=self.each.data,
            times=(self.times.data or 1) if self.is_repeated else 1,
            rhythm=Rhythm(self.rhythm.data) if self.is_repeated else Rhythm.ONCE,
            words=self.words.data or "",
            conditions=self.conditions.data or "",
            starts_on=self.starts_on.data,
            timing=self.timing.data or "",
            contract_id=(self.contract_id.data or None) if "contract_id" in self else None,
            credited_id=(self.credited_id.data or None) if "credited_id" in self else None,
            wait="wait" in self and self.wait.data,
            form_key=self.form_key.data or token_urlsafe(16),
        )


class RequestForm(PromiseForm):
    """So much of what somebody offers to give."""

    def offer(
        self,
        listing: Listing,
        contracts: Mapping[int, str],
        behalf_of: Mapping[int, str] = MappingProxyType({}),
    ) -> "RequestForm":
        super().offer(listing, {})
        self.quantity_id.label.text = "What would you like?"
        self.words.label.text = "What is it for?"
        self.words.description = "Who it helps, and when. They read this first."
        self.conditions.label.text = "Anything they should know? (optional)"
        self.conditions.description = "Such as how many you can host, or who lets people in."
        return self

    def _left(self, words: str, missing: int) -> str:
        return f"{words} still to give"
