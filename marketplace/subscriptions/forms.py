"""What a person says about letters: how often, which, and of which searches."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectMultipleField

from marketplace.accounts.models import DigestFrequency, User
from marketplace.accounts.wording import DIGEST, NEWS, SUMMARY, TO_DO, WORDINGS
from marketplace.mail.models import Stream
from marketplace.subscriptions import queries, services
from marketplace.subscriptions.services import Wishes
from marketplace.web.fields import required

TICKED = {Stream.NEWS: "news", Stream.SUMMARY: "summary", Stream.TO_DO: "todo"}  # the field of each


class PreferencesForm(FlaskForm):
    frequency = RadioField(
        WORDINGS[DIGEST].label,
        choices={
            DigestFrequency.DAILY.value: "Every day, when something new fits",
            DigestFrequency.WEEKLY.value: "Once a week, when something new fits",
            DigestFrequency.MONTHLY.value: "Once a month, when something new fits",
            DigestFrequency.PAUSED.value: "Not at all",
        },
        validators=[required("Choose how often")],
    )
    searches = SelectMultipleField(
        "Which of your searches shall these letters look through?",
        description="What a search finds is told once. Unticked, one stays in your list without letters.",
        coerce=int,
    )
    news = BooleanField(WORDINGS[NEWS].label)
    summary = BooleanField(WORDINGS[SUMMARY].label)
    todo = BooleanField(WORDINGS[TO_DO].label)

    @classmethod
    def of(cls, user: User) -> "PreferencesForm":
        """As things stand for this person, each with since when and why; over that, what they sent."""
        standings = {each.stream: each for each in queries.standings(user)}
        searches = services.searches_of(user)
        is_on = standings[Stream.DIGEST].is_on
        frequency = user.digest_frequency if is_on else DigestFrequency.PAUSED
        form = cls(
            data={
                "frequency": frequency.value,
                "searches": [each.id for each in searches if not each.is_muted],
                **{name: stream in standings and standings[stream].is_on for stream, name in TICKED.items()},
            }
        )
        form.searches.choices = [(each.id, each.name) for each in searches]
        form.frequency.description = f"{WORDINGS[DIGEST].hint} {standings[Stream.DIGEST].since}"
        for stream, name in TICKED.items():
            if stream in standings:
                hint = WORDINGS[services.ON_THE_PAGE[stream]].hint
                form[name].description = f"{hint} {standings[stream].since}"
            else:
                del form[name]
        if not searches:
            del form.searches
        return form

    def wishes(self) -> Wishes:
        streams = {stream: bool(self[name].data) for stream, name in TICKED.items() if name in self}
        heard = self.searches.data if "searches" in self else None
        return Wishes(frequency=DigestFrequency(self.frequency.data), streams=streams, heard=heard)
