"""What an organisation says of itself."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import EmailField, IntegerField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import URL, Length, NumberRange, Optional, Regexp

from marketplace.categories import queries as categories
from marketplace.categories.catalogue import catalogue
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.organisations.queries import KIND_WORDS
from marketplace.organisations.services import OrganisationDetails
from marketplace.places import queries as places
from marketplace.web.fields import (
    CredentialsField,
    WholeNumberField,
    email,
    known_place,
    required,
    stripped,
)

_WHOLE = "Enter a whole address, such as https://example.org"
_NOT_NEGATIVE = NumberRange(min=0, message="Enter 0 or more")
_PERCENT = "Enter a whole percentage from 0 to 100, such as 60"


class PercentField(IntegerField):
    """A whole percentage as people type it: “60”, “60%”."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        try:
            super().process_formdata([value.replace("%", "").strip() for value in valuelist])
        except ValueError:
            raise ValueError(_PERCENT) from None


class OrganisationForm(FlaskForm):
    name = StringField(
        "Name of the organisation",
        filters=[stripped],
        validators=[required("Enter its name"), Length(max=200)],
    )
    kind = RadioField(
        "What kind is it?",
        choices={kind.value: words for kind, words in KIND_WORDS.items()},
        validators=[required("Choose what kind of organisation it is")],
    )
    about = TextAreaField(
        "What do you do?",
        description="Two or three sentences, as you’d tell a neighbour.",
        filters=[stripped],
        validators=[required("Say what you do"), Length(max=1500)],
    )
    where = StringField(
        "Postcode or town",
        description="Used to work out distances. People see the town, not the postcode.",
        filters=[stripped],
        validators=[required("Enter a postcode or town"), known_place],
    )
    legal_form = StringField("Legal form (optional)", filters=[stripped], validators=[Length(max=80)])
    website = StringField(
        "Website (optional)",
        filters=[stripped],
        validators=[
            Optional(),
            Length(max=300),
            URL(message=_WHOLE),
            Regexp("https?://", message=_WHOLE),
        ],
    )
    charity_number = StringField("Charity number (optional)", filters=[stripped], validators=[Length(max=20)])
    company_number = StringField("Company number (optional)", filters=[stripped], validators=[Length(max=20)])
    staff = IntegerField(
        "Staff (optional)",
        description="Full-time equivalents. With turnover, it tells if you count as micro, small or medium.",
        validators=[Optional(), _NOT_NEGATIVE],
    )
    turnover = WholeNumberField(
        "Turnover or income a year (optional)", validators=[Optional(), _NOT_NEGATIVE]
    )
    balance_sheet = WholeNumberField("Balance sheet total (optional)", validators=[Optional(), _NOT_NEGATIVE])
    credentials = CredentialsField(
        "Which of these do you hold? (optional)",
        description="Some buyers ask for them, and we match you to that work only if you say so here.",
    )
    staff_local = PercentField("Staff", validators=[Optional(), NumberRange(0, 100, message=_PERCENT)])
    spend_local = PercentField("Spend", validators=[Optional(), NumberRange(0, 100, message=_PERCENT)])
    interests = SelectMultipleField(
        "What would you like to hear about, or help with?",
        description="Choose as many as fit.",
        validators=[Optional()],
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.interests.choices = {each.slug: each.name for each in catalogue().parents}
        kept = [slug for slug in self.interests.data or [] if "/" in slug]
        self.interests.choices |= {slug: catalogue().name(slug) for slug in kept}
        self.place_name = places.require_place().name
        self.staff_local.label.text = f"How many of your staff live in {self.place_name}? (optional)"
        self.spend_local.label.text = (
            f"Of what you buy, how much comes from suppliers in {self.place_name}? (optional)"
        )

    @classmethod
    def of(cls, organisation: Organisation) -> "OrganisationForm":
        """The form as it stands for an organisation we know."""
        form = cls(obj=organisation)
        if not form.is_submitted():
            form.where.data = organisation.postcode or organisation.town  # what they typed, not where it is
        return form

    def likely(self) -> dict[str, str]:
        """A word beside each interest that what was written speaks of."""
        found = categories.likely(self.about.data or "", shelves=True)
        return {each.slug: "Likely, from what you wrote" for each in found}

    def details(self) -> OrganisationDetails:
        return OrganisationDetails(
            name=self.name.data,
            kind=OrganisationKind(self.kind.data),
            about=self.about.data,
            where=self.where.data,
            legal_form=self.legal_form.data or "",
            website=self.website.data or "",
            charity_number=self.charity_number.data or "",
            company_number=self.company_number.data or "",
            staff=self.staff.data,
            turnover=self.turnover.data,
            balance_sheet=self.balance_sheet.data,
            interests=tuple(self.interests.data or ()),
            credentials=tuple(self.credentials.data or ()),
            staff_local=self.staff_local.data,
            spend_local=self.spend_local.data,
        )


class InviteForm(FlaskForm):
    email = EmailField(
        "Your colleague’s e-mail address",
        filters=[stripped],
        validators=[required("Enter an e-mail address"), email],
    )
