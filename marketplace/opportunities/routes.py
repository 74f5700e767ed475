"""An opportunity's pages."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.access import requires
from marketplace.categories.catalogue import catalogue
from marketplace.listings import queries
from marketplace.listings.cards import address
from marketplace.listings.views import FamilyPages, mount
from marketplace.opportunities import services
from marketplace.opportunities.forms import OpportunityForm
from marketplace.opportunities.models import Opportunity
from marketplace.opportunities.wording import wording

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


@bp.get("/<int:opportunity_id>/wording")
@requires("opportunity.word", Opportunity)
def draft_wording(opportunity: Opportunity) -> ResponseReturnValue:
    """A notice drafted from what the record says."""
    return render_template(
        "opportunities/wording.html",
        opportunity=opportunity,
        back=address(opportunity, "show" if opportunity.is_public else "preview"),
        wording=wording(
            opportunity,
            must_have=[each.name for each in queries.must_have(opportunity)],
            categories=[catalogue().name(slug) for slug in opportunity.categories],
            today=clock.today(),
        ),
    )
