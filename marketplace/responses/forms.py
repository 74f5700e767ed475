"""What a supplier writes, and why a buyer says no."""

from flask_wtf import FlaskForm
from wtforms import SelectField, TextAreaField
from wtforms.validators import Length

from marketplace.web.fields import required, stripped

DECLINE_REASONS = (
    "Another answer fitted better",
    "The price was too high",
    "The dates don’t work for us",
    "It isn’t quite what we need",
    "We are not going ahead",
    "Something else",
)


class ResponseForm(FlaskForm):
    words = TextAreaField(
        "What would you like to tell them?",
        description="What you could do, when, and anything you’d need to know to give a price.",
        filters=[stripped],
        validators=[required("Write a line or two"), Length(max=3000)],
    )


class DeclineResponseForm(FlaskForm):
    reason = SelectField(
        "Why not, this time?",
        choices={"": "Choose a reason", **{reason: reason for reason in DECLINE_REASONS}},
        validators=[required("Choose a reason: they took the trouble to answer")],
    )
