"""An offer's pages."""

from flask import Blueprint

from marketplace.listings.views import FamilyPages, mount
from marketplace.offers import services
from marketplace.offers.forms import OfferForm
from marketplace.offers.models import Offer

bp = Blueprint("offers", __name__, url_prefix="/offers")

mount(
    bp,
    FamilyPages(
        model=Offer,
        form=OfferForm,
        write=services.write,
        heading="What could you give?",
        published="Your offer is on the board. We are looking for projects it fits.",
    ),
)
