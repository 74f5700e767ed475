"""What a community project types."""

from wtforms import DateField, Field, FieldList, FormField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from marketplace import clock
from marketplace.listings.forms import LINES, ListingForm, QuantityForm, fill_lines, must_have_field
from marketplace.listings.models import Listing
from marketplace.needs.models import Need
from marketplace.needs.services import NeedDetails
from marketplace.web.fields import stripped


class NeedForm(ListingForm):
    quantities = FieldList(
        FormField(QuantityForm), "How much of what do you need?", min_entries=LINES, max_entries=12
    )
    closes_on = DateField("By when? (optional)", validators=[Optional()])
    hosting = TextAreaField(
        "Anything a helper should know? (optional)",
        description="How many you can host at once, access, a DBS check, parking.",
        filters=[stripped],
        validators=[Length(max=1000)],
    )
    must_have = must_have_field()

    def validate_quantities(self, field: Field) -> None:
        if all(line.form.is_blank for line in field):
            raise ValidationError("Say how much you need of at least one thing")

    def validate_closes_on(self, field: Field) -> None:
        if field.data is not None and field.data < clock.today():
            raise ValidationError("Choose a day in the future, or leave it empty")

    def show(self, listing: Listing) -> None:
        super().show(listing)
        if isinstance(listing, Need):
            self.closes_on.data, self.hosting.data = listing.closes_on, listing.hosting
            self.must_have.data = list(listing.must_have)
            fill_lines(self.quantities, listing)

    def details(self) -> NeedDetails:
        return NeedDetails(
            **self.shared(),
            quantities=tuple(line.form.details() for line in self.quantities if not line.form.is_blank),
            closes_on=self.closes_on.data,
            hosting=self.hosting.data or "",
            must_have=tuple(self.must_have.data or ()),
        )
