"""What a supplier writes and asks, and what a buyer answers."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, SelectField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from marketplace.files.forms import UploadField
from marketplace.responses.models import Response
from marketplace.responses.services import AnswerDetails, Feedback
from marketplace.web.fields import WholeNumberField, required, stripped

NOT_GOING_AHEAD = "We are not going ahead"
NOT_CHOSEN = "Another answer fitted better"
NOT_WHAT_WE_NEED = "It isn’t quite what we need"
DECLINE_REASONS = (
    NOT_CHOSEN,
    "The price was too high",
    "The dates don’t work for us",
    NOT_WHAT_WE_NEED,
    "Something we asked for was missing",
    NOT_GOING_AHEAD,
    "Something else",
)
REASONS = {"": "Choose a reason", **{reason: reason for reason in DECLINE_REASONS}}
POUNDS = NumberRange(min=0, max=2_000_000_000, message="Enter a number of whole pounds")


class ResponseForm(FlaskForm):
    words = TextAreaField(
        "What would you like to tell them?",
        description="What you could do, when, and anything you’d need to know to give a price.",
        filters=[stripped],
        validators=[required("Write a line or two"), Length(max=3000)],
    )
    price_low = WholeNumberField("From (£, without VAT)", validators=[Optional(), POUNDS])
    price_high = WholeNumberField("To (£, without VAT)", validators=[Optional(), POUNDS])
    quote = UploadField("A quote as a file (optional)", description="Only they and you see it.")
    drop_quote = BooleanField("Take the file away that I sent before")

    @classmethod
    def of(cls, response: Response | None) -> "ResponseForm":
        """The form, beginning with what was sent before."""
        form = cls()
        if response is not None and not form.is_submitted():
            form.words.data = response.words
            form.price_low.data, form.price_high.data = response.price_low, response.price_high
        return form

    def validate_price_high(self, field: Field) -> None:
        low, high = self.price_low.data, field.data
        if low is not None and high is not None and high < low:
            raise ValidationError("The highest price must be at least the lowest")

    def details(self) -> AnswerDetails:
        """One price alone is the whole band."""
        low, high = self.price_low.data, self.price_high.data
        return AnswerDetails(
            words=self.words.data,
            price_low=high if low is None else low,
            price_high=low if high is None else high,
            quote=self.quote.checked[0] if self.quote.checked else None,
            drop_quote=self.drop_quote.data,
        )


def did_well_field() -> TextAreaField:
    return TextAreaField("What they did well (optional)", filters=[stripped], validators=[Length(max=500)])


def do_better_field() -> TextAreaField:
    return TextAreaField(
        "What would help them next time (optional)", filters=[stripped], validators=[Length(max=500)]
    )


class DeclineResponseForm(FlaskForm):
    reason = SelectField(
        "Why not, this time?",
        choices=REASONS,
        validators=[required("Choose a reason: they took the trouble to answer")],
    )
    did_well = did_well_field()
    do_better = do_better_field()

    def feedback(self) -> Feedback:
        return Feedback(
            reason=self.reason.data,
            did_well=self.did_well.data or "",
            do_better=self.do_better.data or "",
        )


class NoteForm(FlaskForm):
    note = TextAreaField(
        "Your own note",
        description="For your people only, while you compare. They never see it.",
        filters=[stripped],
        validators=[Length(max=2000)],
    )


class QuestionForm(FlaskForm):
    words = TextAreaField(
        "What would you like to know?",
        description="Leave out your name and your price: once it is answered, everybody reads it.",
        filters=[stripped],
        validators=[required("Write your question"), Length(max=1000)],
    )
    form_key = HiddenField()


class AnswerForm(FlaskForm):
    answer = TextAreaField(
        "Your answer",
        description="Everybody reads it beside the question. Who asked is not shown.",
        filters=[stripped],
        validators=[required("Write an answer"), Length(max=2000)],
    )
