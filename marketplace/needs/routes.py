"""A need's pages."""

from flask import Blueprint

from marketplace.listings.views import FamilyPages, mount
from marketplace.needs import services
from marketplace.needs.forms import NeedForm
from marketplace.needs.models import Need

bp = Blueprint("needs", __name__, url_prefix="/needs")

mount(
    bp,
    FamilyPages(
        model=Need,
        form=NeedForm,
        write=services.write,
        heading="What does your project need?",
        published="Your need is on the board. We are looking for people who could help.",
    ),
)
