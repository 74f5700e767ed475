"""What a community project types."""

from wtforms import (
    BooleanField,
    DateField,
    Field,
    FieldList,
    FormField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from marketplace import clock
from marketplace.listings.forms import LINES, ListingForm, QuantityForm, fill_lines, must_have_field
from marketplace.listings.models import Listing
from marketplace.needs.models import Check, Need
from marketplace.needs.services import NeedDetails
from marketplace.web.fields import WholeNumberField, stripped

CHECK_CHOICES = {
    Check.NONE.value: "No check is needed",
    Check.BASIC.value: "A basic DBS check",
    Check.ENHANCED.value: "An enhanced DBS check",
}
HOSTING = (  # asked under a disclosure, and saved under the same names
    *("starts_on", "ends_on", "host_a_week", "hosting_cost", "cost_covered_by"),
    *("with_children", "with_adults_at_risk", "dbs", "access"),
)


class NeedForm(ListingForm):
    quantities = FieldList(
        FormField(QuantityForm), "How much of what do you need?", min_entries=LINES, max_entries=12
    )
    closes_on = DateField("By when? (optional)", validators=[Optional()])
    hosting = TextAreaField(
        "Anything a helper should know? (optional)",
        description="Such as what to bring, what to wear, where to park.",
        filters=[stripped],
        validators=[Length(max=1000)],
    )
    starts_on = DateField("The first day somebody could help", validators=[Optional()])
    ends_on = DateField("The last day", validators=[Optional()])
    host_a_week = WholeNumberField(
        "How many helpers can you host in a week?",
        description="No more than this are booked into one week. Leave it empty if it doesn’t matter.",
        validators=[Optional(), NumberRange(min=1, max=10_000, message="Enter a number of 1 or more")],
    )
    hosting_cost = WholeNumberField(
        "What does a day of hosting cost you?",
        description="Heating, a caretaker, materials. Givers see it, and may offer to cover it.",
        validators=[Optional(), NumberRange(min=0, max=1_000_000, message="Enter a sum in whole pounds")],
    )
    cost_covered_by = StringField(
        "Who could cover that?",
        description="Such as “whoever comes”, “our own funds” or “we’d need somebody to”.",
        filters=[stripped],
        validators=[Length(max=120)],
    )
    with_children = BooleanField("Helpers will meet children or young people under 18")
    with_adults_at_risk = BooleanField("Helpers will meet adults at risk of harm or neglect")
    dbs = RadioField(
        "Do helpers need a criminal record check (DBS)?",
        choices=CHECK_CHOICES,
        default=Check.NONE.value,
        validators=[Optional()],
    )
    access = StringField(
        "Getting in and around",
        description="Such as “ramp, accessible toilet, no lift to the balcony”.",
        filters=[stripped],
        validators=[Length(max=300)],
    )
    must_have = must_have_field()

    def validate_quantities(self, field: Field) -> None:
        if all(line.form.is_blank for line in field):
            raise ValidationError("Say how much you need of at least one thing")

    def validate_closes_on(self, field: Field) -> None:
        if field.data is not None and field.data < clock.today():
            raise ValidationError("Choose a day in the future, or leave it empty")

    def validate_ends_on(self, field: Field) -> None:
        if field.data is None:
            return
        if field.data < clock.today():
            raise ValidationError("Choose a last day in the future, or leave it empty")
        if self.starts_on.data is not None and field.data < self.starts_on.data:
            raise ValidationError("The last day must be the first day or later")

    @property
    def says_hosting(self) -> bool:
        """Whether anything is answered, or wrong, in what is asked under the disclosure."""
        asked = [self[name] for name in HOSTING]
        return any(field.errors or field.data not in (None, "", False, Check.NONE.value) for field in asked)

    def show(self, listing: Listing) -> None:
        super().show(listing)
        if isinstance(listing, Need):
            self.closes_on.data, self.hosting.data = listing.closes_on, listing.hosting
            self.must_have.data = list(listing.must_have)
            for name in HOSTING:
                self[name].data = getattr(listing, name)
            fill_lines(self.quantities, listing)

    def details(self) -> NeedDetails:
        return NeedDetails(
            **self.shared(),
            quantities=tuple(line.form.details() for line in self.quantities if not line.form.is_blank),
            closes_on=self.closes_on.data,
            hosting=self.hosting.data or "",
            must_have=tuple(self.must_have.data or ()),
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            host_a_week=self.host_a_week.data,
            hosting_cost=self.hosting_cost.data,
            cost_covered_by=self.cost_covered_by.data or "",
            with_children=self.with_children.data,
            with_adults_at_risk=self.with_adults_at_risk.data,
            dbs=Check(self.dbs.data or Check.NONE),
            access=self.access.data or "",
        )
