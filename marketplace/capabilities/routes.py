"""A capability's pages."""

from flask import Blueprint

from marketplace.capabilities import services
from marketplace.capabilities.forms import CapabilityForm
from marketplace.capabilities.models import Capability
from marketplace.listings.views import FamilyPages, mount

bp = Blueprint("capabilities", __name__, url_prefix="/capabilities")

mount(
    bp,
    FamilyPages(
        model=Capability,
        form=CapabilityForm,
        write=services.write,
        heading="What do you do?",
        published="What you do is on the board. We are looking for work that fits.",
    ),
)
