"""How much an organisation can take on."""

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms.validators import NumberRange, Optional

from marketplace.capacity.models import Capacity
from marketplace.capacity.services import CapacityDetails
from marketplace.web.fields import WholeNumberField

_SOME = NumberRange(min=0, max=100_000, message="Enter a whole number from 0 to 100,000")
_POUNDS = NumberRange(min=0, max=1_000_000_000, message="Enter a number of whole pounds, 0 or more")


class CapacityForm(FlaskForm):
    """Every question there is; `of` leaves those that make sense for an organisation."""

    jobs_a_quarter = WholeNumberField(
        "New jobs you could start this quarter",
        description="Contracts, orders or bookings beyond those you have.",
        validators=[Optional(), _SOME],
    )
    volunteers_a_month = WholeNumberField(
        "Volunteers you could host in a month",
        description="As many as you could welcome, look after and find something to do for.",
        validators=[Optional(), _SOME],
    )
    hours_left = WholeNumberField(
        "Hours of your people’s time left to give this year",
        description="Volunteering and skilled help together.",
        validators=[Optional(), _SOME],
    )
    money_left = WholeNumberField(
        "Money left to give this year",
        description="Grants, sponsorship and gifts you have not promised yet.",
        validators=[Optional(), _POUNDS],
    )

    @classmethod
    def of(cls, capacity: Capacity | None, asked: Iterable[str]) -> "CapacityForm":
        """The questions of an organisation, with what it said last."""
        form = cls(obj=capacity)
        for name in set(CapacityDetails.__dataclass_fields__) - set(asked):
            del form[name]
        return form

    def details(self, before: CapacityDetails) -> CapacityDetails:
        """What was typed; what was not asked stays as it was."""
        names = CapacityDetails.__dataclass_fields__
        return CapacityDetails(
            **{name: self[name].data if name in self else getattr(before, name) for name in names}
        )
