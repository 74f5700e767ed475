"""Why a match is not for you."""

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.validators import Length

from marketplace.matching.models import REASON_WORDS
from marketplace.web.fields import required, stripped


class AnswerForm(FlaskForm):
    """Only the token; the button says which answer."""


class DeclineForm(FlaskForm):
    reason = RadioField(
        "What is the main reason?",
        choices={reason.value: words for reason, words in REASON_WORDS.items()},
        validators=[required("Choose the main reason")],
    )
    words = StringField("Anything to add? (optional)", filters=[stripped], validators=[Length(max=300)])
