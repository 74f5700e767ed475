"""Answers to opportunities, read."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, or_
from sqlalchemy.orm import joinedload

from marketplace.extensions import db
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation
from marketplace.responses.models import Response, ResponseStatus


def of_pair(opportunity: Opportunity, supplier: Organisation) -> Response | None:
    """The one answer an organisation gave to an opportunity."""
    return db.session.scalar(
        db.select(Response).where(
            Response.opportunity_id == opportunity.id, Response.supplier_id == supplier.id
        )
    )


def _shown() -> Select[Any]:
    opportunity = joinedload(Response.opportunity)
    return db.select(Response).options(
        # What a list of answers never shows, so that it is one query.
        opportunity.lazyload(Opportunity.category_rows),
        opportunity.lazyload(Opportunity.quantities),
        joinedload(Response.supplier).lazyload(Organisation.interest_rows),
        joinedload(Response.buyer).lazyload(Organisation.interest_rows),
    )


def to(opportunity: Opportunity) -> Sequence[Response]:
    """Answers to an opportunity that stand, first come first."""
    query = _shown().where(
        Response.opportunity_id == opportunity.id, Response.status != ResponseStatus.WITHDRAWN
    )
    return db.session.scalars(query.order_by(Response.interested_at, Response.id)).all()


def of_organisation(organisation: Organisation, *, limit: int = 50) -> Sequence[Response]:
    """Answers given or received, latest first."""
    query = _shown().where(or_(Response.supplier_id == organisation.id, Response.buyer_id == organisation.id))
    return db.session.scalars(query.order_by(Response.interested_at.desc(), Response.id).limit(limit)).all()
