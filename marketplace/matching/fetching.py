"""Reading rows of many ids in few statements."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row

from marketplace.extensions import db

AT_ONCE = 5_000  # ids asked for in one statement; a database takes no more than some ten thousand

Ids = Collection[int] | None  # None: all of them


def fetched(query: Any, column: Any, ids: Ids) -> list[Row[Any]]:
    """What a query finds for these ids, asked for in slices; for all of them if none are named."""
    if ids is None:
        return list(db.session.execute(query))
    wanted = sorted(set(ids))
    slices = (wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE))
    return [row for some in slices for row in db.session.execute(query.where(column.in_(some)))]
