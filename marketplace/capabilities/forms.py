"""What a firm or social enterprise types about what it does."""

from wtforms import Field, IntegerField, StringField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from marketplace.capabilities.models import Capability
from marketplace.capabilities.services import CapabilityDetails
from marketplace.listings.forms import ListingForm
from marketplace.listings.models import Listing
from marketplace.web.fields import WholeNumberField, stripped

_POUNDS = NumberRange(min=0, max=2_000_000_000, message="Enter a number of whole pounds")
MILES = NumberRange(min=1, max=500, message="Enter a distance from 1 to 500 miles")


class CapabilityForm(ListingForm):
    reach_miles = IntegerField("How many miles do you travel? (optional)", validators=[Optional(), MILES])
    capacity = StringField(
        "When do you have room? (optional)",
        description="Such as “Two crews, next free in March”.",
        filters=[stripped],
        validators=[Length(max=200)],
    )
    typical_low = WholeNumberField("A small job costs about (£, optional)", validators=[Optional(), _POUNDS])
    typical_high = WholeNumberField("A big job costs about (£, optional)", validators=[Optional(), _POUNDS])

    def validate_typical_high(self, field: Field) -> None:
        low, high = self.typical_low.data, field.data
        if low is not None and high is not None and high < low:
            raise ValidationError("A big job must cost at least as much as a small one")

    def show(self, listing: Listing) -> None:
        super().show(listing)
        if isinstance(listing, Capability):
            self.reach_miles.data, self.capacity.data = listing.reach_miles, listing.capacity
            self.typical_low.data, self.typical_high.data = listing.typical_low, listing.typical_high

    def details(self) -> CapabilityDetails:
        return CapabilityDetails(
            **self.shared(),
            reach_miles=self.reach_miles.data,
            capacity=self.capacity.data or "",
            typical_low=self.typical_low.data,
            typical_high=self.typical_high.data,
        )
