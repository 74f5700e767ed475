"""What people write to each other, and why they report a message."""

from secrets import token_urlsafe

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import Length

from marketplace.files.forms import UploadField
from marketplace.messages.minding import REASON_WORDS
from marketplace.messages.services import AT_MOST_FILES, LONGEST
from marketplace.web.fields import required, stripped


class MessageForm(FlaskForm):
    """A message; `seen` is the last one on the page when it was opened."""

    words = TextAreaField("Your message", filters=[stripped], validators=[Length(max=LONGEST)])
    files = UploadField("Add files (optional)", at_most=AT_MOST_FILES)
    form_key = HiddenField()
    seen = HiddenField()

    def opened(self, *, seen: int = 0) -> "MessageForm":
        """Mark a fresh form, so that it counts once however often it is sent."""
        if not self.form_key.data:
            self.form_key.data = token_urlsafe(16)
        if not self.is_submitted():
            self.seen.data = str(seen)
        return self

    @property
    def seen_id(self) -> int:
        """The last message that was on the page; 0 for anything that is no number."""
        typed = self.seen.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class ReportForm(FlaskForm):
    reason = RadioField(
        "What is wrong with it?",
        choices={reason.value: words for reason, words in REASON_WORDS.items()},
        validators=[required("Choose what is wrong with it")],
    )
    words = TextAreaField(
        "What should the convener know? (optional)", filters=[stripped], validators=[Length(max=500)]
    )


class SettleForm(FlaskForm):
    words = TextAreaField(
        "A word to both sides",
        description="Both get it by e-mail: whoever wrote the message and whoever reported it.",
        filters=[stripped],
        validators=[required("Say why, to both sides"), Length(max=500)],
    )
