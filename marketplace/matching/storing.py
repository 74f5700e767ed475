"""Keeping matches: one row a pair, and what people answered stays."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from marketplace.extensions import db, insert_or_leave
from marketplace.fetching import Rows
from marketplace.listings.models import Listing, ListingStatus
from marketplace.matching.models import Match, MatchStatus
from marketplace.organisations.models import Organisation, OrganisationStatus
from search.ranking import Fit

Pair = tuple[int, int]  # organisation, ask

A_ROUNDING = 1e-4  # of 100: vectors are kept in single precision
ACTED_ON = frozenset({MatchStatus.INTERESTED, MatchStatus.DECLINED, MatchStatus.CONVERTED})

_LISTING, _ORGANISATION = Listing.__table__.c, Organisation.__table__.c
_LISTED = Rows(select(_LISTING.id).where(_LISTING.status == ListingStatus.PUBLISHED), _LISTING.id)
_ACTIVE = Rows(
    select(_ORGANISATION.id).where(_ORGANISATION.status == OrganisationStatus.ACTIVE), _ORGANISATION.id
)


@dataclass(slots=True)
class Counts:
    """What storing matches did."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0
    introduced: int = 0


def by_pair(condition: ColumnElement[bool]) -> dict[Pair, Match]:
    """The matches there are, retired ones too."""
    rows = db.session.scalars(db.select(Match).where(condition))
    return {(row.organisation_id, row.listing_id): row for row in rows}


def worth_keeping(fits: Mapping[Pair, float], at_most: int, known: Collection[Pair]) -> set[Pair]:
    """The best asks of one organisation, and those it fits that stand already, maybe by being among the best
    of their ask."""
    best = sorted(fits, key=lambda pair: (-round(fits[pair], 9), str(pair[1])))
    return {*best[:at_most], *(pair for pair in best if pair in known)}


def store(known: dict[Pair, Match], fits: Sequence[Fit], *, now: datetime, counts: Counts) -> None:
    """Make these matches the given fits; what fits no more is retired, unless somebody acted on it.

    An ask or an organisation that went while it was ranked is matched with nothing, and a pair that was
    matched meanwhile, by a run or by a job, stays as it is.
    """
    left, new = dict(known), []
    for fit in _still_there(fits):
        pair = int(fit.party), int(fit.want)
        row = left.pop(pair, None)
        if row is None:
            counts.new += 1
            new.append(_begun(pair, now) | _said(fit, now))
        elif _says(row, fit):
            counts.unchanged += 1
        else:
            counts.changed += 1
            put(row, fit, now=now)
    for row in left.values():
        if row.retired_at is None and not _somebody_acted(row):
            row.retired_at = now
            counts.retired += 1
    insert_or_leave(Match, new)
    db.session.flush()


def _still_there(fits: Sequence[Fit]) -> list[Fit]:
    """Those whose notices and organisation are on the board still: any may have gone while it was scored."""
    notices = {number for fit in fits for number in (int(fit.want), _via(fit)) if number is not None}
    here = {row.id for row in _LISTED.of(notices)}
    about = {row.id for row in _ACTIVE.of({int(fit.party) for fit in fits})}
    return [
        fit
        for fit in fits
        if int(fit.party) in about and int(fit.want) in here and (_via(fit) is None or _via(fit) in here)
    ]


def _says(row: Match, fit: Fit) -> bool:
    """Whether the row says this already, but for what adding up in another order makes of the last digits."""
    return abs(row.fit - fit.fit) < A_ROUNDING and row.retired_at is None and row.model_version == fit.version


def _somebody_acted(row: Match) -> bool:
    """Somebody answered, asked for an answer, or put the two together by hand: what they did stands."""
    return row.status in ACTED_ON or row.invited_at is not None or row.put_forward_at is not None


def put(row: Match, fit: Fit, *, now: datetime) -> None:
    """The row says what the ranking says."""
    for name, value in _said(fit, now).items():
        setattr(row, name, value)


def _begun(pair: Pair, now: datetime) -> dict[str, Any]:
    return {
        "organisation_id": pair[0],
        "listing_id": pair[1],
        "suggested_at": now,
        "status": MatchStatus.SUGGESTED,
    }


def _said(fit: Fit, now: datetime) -> dict[str, Any]:
    """What the ranking says, by column."""
    return {
        "via_id": _via(fit),
        "score": fit.score,
        "fit": fit.fit,
        "parts": [
            {"name": part.name, "points": part.points, "words": part.words, "exact": part.exact}
            for part in fit.parts
        ],
        "model_version": fit.version,
        "scored_at": now,
        "retired_at": None,
    }


def _via(fit: Fit) -> int | None:
    """The notice of theirs that fits best; none where that is their profile or past work."""
    kind, _, number = fit.give.partition(":")
    return int(number) if kind in ("capability", "offer") else None
