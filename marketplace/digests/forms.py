"""How often a person wants to hear."""

from flask_wtf import FlaskForm
from wtforms import RadioField

from marketplace.accounts.models import DigestFrequency
from marketplace.web.fields import required


class PreferencesForm(FlaskForm):
    digest_frequency = RadioField(
        "How often shall we write to you about new matches?",
        choices={
            DigestFrequency.WEEKLY.value: "Once a week, when something fits",
            DigestFrequency.PAUSED.value: "Never",
        },
        validators=[required("Choose how often")],
    )
