"""An opportunity's pages."""

from flask import Blueprint

from marketplace.listings.views import FamilyPages, mount
from marketplace.opportunities import services
from marketplace.opportunities.forms import OpportunityForm
from marketplace.opportunities.models import Opportunity

bp = Blueprint("opportunities", __name__, url_prefix="/opportunities")

mount(
    bp,
    FamilyPages(
        model=Opportunity,
        form=OpportunityForm,
        write=services.write,
        heading="What work do you have?",
        published="Your opportunity is on the board. We are looking for people who could do it.",
    ),
)
