"""Ranking what is open and storing what fits: one row a pair, and what people answered is kept."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement

from marketplace.categories.catalogue import catalogue
from marketplace.extensions import db
from marketplace.listings.models import ASKS, Listing
from marketplace.matching import sources
from marketplace.matching.models import Match, MatchStatus
from marketplace.places import queries as places
from search.ranking import Fit, Give, Want, rank

PER_ASK = 30  # organisations kept for each ask
PER_ORGANISATION = 15  # asks kept for each organisation
ASKS_AT_ONCE = 50  # asks stored in one transaction

Pair = tuple[int, int]  # organisation, ask

ACTED_ON = frozenset({MatchStatus.INTERESTED, MatchStatus.DECLINED, MatchStatus.CONVERTED})


@dataclass(slots=True)
class Counts:
    """What storing matches did."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0


def rank_everything(today: date) -> tuple[list[Want], list[Fit]]:
    """Every open ask against everything anybody does or gives."""
    asks = sources.wants(today)
    return asks, _rank(asks, sources.gives(today))


def store_in_steps(
    asks: Sequence[Want], fits: Iterable[Fit], *, now: datetime, counts: Counts
) -> Iterator[int]:
    """Store the fits some asks at a time, yielding how many are done; the caller commits at each yield.

    A step is whole in itself, so a run killed between two steps and run again ends as an unbroken one.
    """
    by_ask = _by_ask(fits)
    for start in range(0, len(asks), ASKS_AT_ONCE):
        some = asks[start : start + ASKS_AT_ONCE]
        store(
            [int(ask.key) for ask in some],
            [fit for ask in some for fit in by_ask[ask.key]],
            now=now,
            counts=counts,
        )
        yield start + len(some)


def retire_what_closed(asks: Sequence[Want], *, now: datetime, counts: Counts) -> None:
    """Matches of asks that are open no more step back, unless somebody acted on them."""
    still_open = {int(ask.key) for ask in asks}
    ids = db.session.scalars(db.select(Match.listing_id).where(Match.retired_at.is_(None)).distinct())
    store([listing_id for listing_id in ids if listing_id not in still_open], [], now=now, counts=counts)


def match_listing(listing_id: int, *, now: datetime) -> None:
    """Look again at who fits this ask; for a listing that gives, at everything its organisation fits."""
    listing = db.session.get(Listing, listing_id)
    if listing is None:
        return
    if listing.family not in ASKS:
        match_organisation(listing.organisation_id, now=now)
        return
    asks = sources.wants(now.date(), listing_id=listing_id)
    fits = _rank(asks, sources.gives(now.date())) if asks else []
    known = _by_pair(Match.listing_id == listing_id)
    _store_rows(known, _worth_keeping(fits, PER_ASK, known), now=now, counts=Counts())


def match_organisation(organisation_id: int, *, now: datetime) -> None:
    """Look again at which asks this organisation fits."""
    asks, everyone = sources.wants(now.date()), sources.gives(now.date())
    party = str(organisation_id)
    ours = [give for give in everyone if give.party == party]
    others = [give for give in everyone if give.party != party]
    fits = _rank(asks, ours, background=others) if ours and asks else []
    known = _by_pair(Match.organisation_id == organisation_id)
    _store_rows(known, _worth_keeping(fits, PER_ORGANISATION, known), now=now, counts=Counts())


def store(listing_ids: Sequence[int], fits: Sequence[Fit], *, now: datetime, counts: Counts) -> None:
    """Make the matches of these asks the given fits: one row a pair, what people answered is kept."""
    _store_rows(_by_pair(Match.listing_id.in_(listing_ids)), fits, now=now, counts=counts)


def _by_pair(condition: ColumnElement[bool]) -> dict[Pair, Match]:
    rows = db.session.scalars(db.select(Match).where(condition))
    return {(row.organisation_id, row.listing_id): row for row in rows}


def _worth_keeping(fits: Sequence[Fit], at_most: int, known: dict[Pair, Match]) -> list[Fit]:
    """The best of one side alone, and those that stand already, maybe by being among the other side's best.

    Ranked alone, everything is among the best of the other side, so the ranking itself leaves nothing out.
    """
    best = sorted(fits, key=lambda fit: (-fit.fit, fit.want, fit.party))
    standing = {pair for pair, row in known.items() if row.retired_at is None}
    return best[:at_most] + [fit for fit in best[at_most:] if (int(fit.party), int(fit.want)) in standing]


def _rank(asks: Sequence[Want], everyone: Sequence[Give], background: Sequence[Give] = ()) -> list[Fit]:
    place = places.current()
    return rank(
        asks,
        everyone,
        per_want=PER_ASK,
        per_party=PER_ORGANISATION,
        category_names=catalogue().names,
        place_words=[town.name for town in places.towns(place)] if place else (),
        background=background,
    )


def _by_ask(fits: Iterable[Fit]) -> dict[str, list[Fit]]:
    found: dict[str, list[Fit]] = defaultdict(list)
    for fit in fits:
        found[fit.want].append(fit)
    return found


def _store_rows(known: dict[Pair, Match], fits: Sequence[Fit], *, now: datetime, counts: Counts) -> None:
    for fit in fits:
        pair = int(fit.party), int(fit.want)
        row = known.pop(pair, None)
        if row is None:
            row = Match(
                organisation_id=pair[0], listing_id=pair[1], suggested_at=now, status=MatchStatus.SUGGESTED
            )
            db.session.add(row)
            counts.new += 1
        elif row.fit == fit.fit and row.retired_at is None and row.model_version == fit.version:
            counts.unchanged += 1
            continue
        else:
            counts.changed += 1
        kind, _, number = fit.give.partition(":")
        row.via_id = int(number) if kind in ("capability", "offer") else None
        row.score, row.fit, row.parts = fit.score, fit.fit, [asdict(part) for part in fit.parts]
        row.model_version, row.scored_at, row.retired_at = fit.version, now, None
    for row in known.values():
        if row.retired_at is None and row.status not in ACTED_ON:
            row.retired_at = now
            counts.retired += 1
    db.session.flush()
