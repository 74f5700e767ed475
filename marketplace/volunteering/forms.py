"""How many can come."""

from flask_wtf import FlaskForm
from wtforms.validators import NumberRange, Optional

from marketplace.pledges.models import Delivery
from marketplace.web.fields import WholeNumberField


class PlacesForm(FlaskForm):
    places = WholeNumberField(
        "How many of your people can come?",
        description="Leave empty for as many as like.",
        validators=[
            Optional(),
            NumberRange(min=1, max=10_000, message="Enter a whole number from 1 to 10,000"),
        ],
    )

    @classmethod
    def of(cls, delivery: Delivery) -> "PlacesForm":
        return cls(obj=delivery)
