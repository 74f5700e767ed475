"""A word to go with an invitation, and why a pair is put forward."""

from flask_wtf import FlaskForm
from wtforms import Form, StringField, TextAreaField
from wtforms.validators import Length

from marketplace.matching.inviting import WORDS_AT_MOST
from marketplace.web.fields import required, stripped

_NOT_TOO_LONG = Length(max=WORDS_AT_MOST, message=f"Use at most {WORDS_AT_MOST} characters")


class InviteForm(FlaskForm):
    words = TextAreaField(
        "A word to go with it (optional)",
        description="Why you thought of them, or what you’d like to know. They read this first.",
        filters=[stripped],
        validators=[_NOT_TOO_LONG],
    )


class FindForm(Form):
    """Part of an address: it changes nothing, so it needs no token."""

    q = StringField("Name of the organisation", description="Any part of it will do.", filters=[stripped])


class PutForwardForm(FlaskForm):
    words = TextAreaField(
        "Why do the two fit?",
        description="Both sides read this.",
        filters=[stripped],
        validators=[required("Say why the two fit"), _NOT_TOO_LONG],
    )
