"""What everybody sees of an opportunity besides the notice: questions, and what was decided if anything."""

from typing import Any

from marketplace import clock
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation
from marketplace.responses import queries
from marketplace.responses.deadlines import closed_on, is_overdue, undecided_words


def came_of(opportunity: Opportunity, *, own: bool, reader: Organisation | None) -> dict[str, Any]:
    """`asked`, `outcome`, `closed_words` (empty while it takes answers) and `is_overdue`, for its page."""
    today = clock.today()
    outcome = queries.outcome_of(opportunity)
    closed = None if outcome else closed_on(opportunity, today=today)
    if opportunity.source or not opportunity.organisation.is_claimed:
        closed = None  # what comes from a register is decided there
    return {
        "asked": queries.questions_about(opportunity, own=own, reader=reader),
        "outcome": outcome,
        "closed_words": undecided_words(closed, today=today) if closed else "",
        "is_overdue": closed is not None and is_overdue(closed, today=today),
    }
