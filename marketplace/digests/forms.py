"""Saying yes, no or later from a letter; a no may say why."""

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.validators import Length

from marketplace.matching.models import REASON_WORDS, DeclineReason
from marketplace.web.fields import required, stripped

NOT_SAID = "not_said"


class AnswerForm(FlaskForm):
    """Only the token; the link says which answer."""


class DeclineForm(FlaskForm):
    reason = RadioField(
        "What is the main reason?",
        choices={
            **{reason.value: words for reason, words in REASON_WORDS.items()},
            NOT_SAID: "I would rather not say",
        },
        validators=[required("Choose the main reason, or that you would rather not say")],
    )
    words = StringField("Anything to add? (optional)", filters=[stripped], validators=[Length(max=300)])

    @property
    def chosen(self) -> DeclineReason | None:
        """The reason, unless they would rather not say."""
        return None if self.reason.data == NOT_SAID else DeclineReason(self.reason.data)
