"""What a giver types."""

from wtforms import Field, FieldList, FormField, IntegerField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from marketplace.listings.forms import LINES, ListingForm, QuantityForm, fill_lines
from marketplace.listings.models import Listing
from marketplace.offers.models import Offer
from marketplace.offers.services import OfferDetails
from marketplace.web.fields import stripped


class OfferForm(ListingForm):
    quantities = FieldList(
        FormField(QuantityForm), "How much of what can you give?", min_entries=LINES, max_entries=12
    )
    reach_miles = IntegerField(
        "How many miles away can it go? (optional)",
        validators=[Optional(), NumberRange(min=1, max=500, message="Enter a distance from 1 to 500 miles")],
    )
    conditions = TextAreaField(
        "Any conditions? (optional)",
        description="Such as “Weekdays only” or “You’d need to fetch it”.",
        filters=[stripped],
        validators=[Length(max=1000)],
    )

    def validate_quantities(self, field: Field) -> None:
        if all(line.form.is_blank for line in field):
            raise ValidationError("Say how much you can give of at least one thing")

    def show(self, listing: Listing) -> None:
        super().show(listing)
        if isinstance(listing, Offer):
            self.reach_miles.data, self.conditions.data = listing.reach_miles, listing.conditions
            fill_lines(self.quantities, listing)

    def details(self) -> OfferDetails:
        return OfferDetails(
            **self.shared(),
            quantities=tuple(line.form.details() for line in self.quantities if not line.form.is_blank),
            reach_miles=self.reach_miles.data,
            conditions=self.conditions.data or "",
        )
