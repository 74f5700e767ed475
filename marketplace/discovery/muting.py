"""Which kept searches people hear of by letter, for the page on which they choose their letters."""

from collections.abc import Collection, Sequence

from sqlalchemy import update

from marketplace.discovery.models import SavedSearch
from marketplace.extensions import db
from marketplace.subscriptions import services as subscriptions
from marketplace.subscriptions.services import KeptSearch, Searches


def kept_by(user_id: int) -> Sequence[KeptSearch]:
    """The searches of this person, by name."""
    query = db.select(SavedSearch).where(SavedSearch.user_id == user_id)
    rows = db.session.scalars(query.order_by(SavedSearch.name, SavedSearch.id))
    return [KeptSearch(row.id, row.name, row.muted) for row in rows]


def hear(user_id: int, ids: Collection[int]) -> None:
    """Tell this person of these searches of theirs, and of no others."""
    db.session.execute(
        update(SavedSearch)
        .where(SavedSearch.user_id == user_id)
        .values(muted=SavedSearch.id.not_in(ids))
        .execution_options(synchronize_session=False)
    )


subscriptions.keeps_searches(Searches(read=kept_by, hear=hear))
