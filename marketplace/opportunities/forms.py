"""What a buyer types."""

from wtforms import DateField, Field, RadioField
from wtforms.validators import NumberRange, Optional, ValidationError

from marketplace import clock
from marketplace.listings.forms import ListingForm, must_have_field
from marketplace.listings.models import Listing
from marketplace.opportunities.models import Opportunity, OpportunityKind
from marketplace.opportunities.services import OpportunityDetails
from marketplace.web.fields import WholeNumberField, required

KIND_WORDS = {
    OpportunityKind.CONTRACT: "Contract",
    OpportunityKind.SUBCONTRACT: "Subcontract",
    OpportunityKind.QUOTE: "Request for a quote",
    OpportunityKind.GRANT: "Grant",
    OpportunityKind.JOB: "Job or training place",
}
_POUNDS = NumberRange(min=0, max=2_000_000_000, message="Enter a number of whole pounds")


class OpportunityForm(ListingForm):
    kind = RadioField(
        "What kind of opportunity is it?",
        choices={kind.value: words for kind, words in KIND_WORDS.items()},
        default=OpportunityKind.QUOTE.value,
        validators=[required("Choose what kind it is")],
    )
    value_low = WholeNumberField("Lowest budget (£, optional)", validators=[Optional(), _POUNDS])
    value_high = WholeNumberField("Highest budget (£, optional)", validators=[Optional(), _POUNDS])
    closes_on = DateField(
        "Last day to answer", validators=[required("Enter the last day, such as 27 3 2027")]
    )
    starts_on = DateField("When should the work start? (optional)", validators=[Optional()])
    must_have = must_have_field()

    def validate_value_high(self, field: Field) -> None:
        low, high = self.value_low.data, field.data
        if low is not None and high is not None and high < low:
            raise ValidationError("The highest budget must be at least the lowest")

    def validate_closes_on(self, field: Field) -> None:
        if field.data is not None and field.data < clock.today():
            raise ValidationError("Choose a last day in the future")

    def show(self, listing: Listing) -> None:
        super().show(listing)
        if isinstance(listing, Opportunity):
            self.kind.data = listing.kind.value
            self.value_low.data, self.value_high.data = listing.value_low, listing.value_high
            self.closes_on.data, self.starts_on.data = listing.closes_on, listing.starts_on
            self.must_have.data = list(listing.must_have)

    def details(self) -> OpportunityDetails:
        return OpportunityDetails(
            **self.shared(),
            kind=OpportunityKind(self.kind.data),
            value_low=self.value_low.data,
            value_high=self.value_high.data,
            closes_on=self.closes_on.data,
            starts_on=self.starts_on.data,
            must_have=tuple(self.must_have.data or ()),
        )
