"""What people of the demo looked at over the last four weeks, so that there is something to share fairly."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import joinedload

from marketplace.demo.past import drawn
from marketplace.exposure import recording
from marketplace.exposure.models import Channel
from marketplace.exposure.queries import DAYS
from marketplace.exposure.recording import Sums
from marketplace.exposure.showing import subject
from marketplace.extensions import db
from marketplace.listings.models import Family, Listing, ListingStatus
from marketplace.matching.models import Match
from search.ranking.fairness import Account, Bank, Candidate

FRONT_PAGES, NEWEST = 12, {Family.NEED: 6, Family.OPPORTUNITY: 3}  # a day; notices on one
SEARCHES, FOUND = 8, 20  # a day; notices on a page
EVERY = 4  # days, about, between two looks at one's matches
SHOWN = 6  # matches on a desk


def look_around(now: datetime) -> None:
    """Count, day by day, what the front page, searches, desks and lists of who could do something showed."""
    today, sums, account, bank = now.date(), Sums(), Account(), Bank()
    listings = db.session.scalars(db.select(Listing).order_by(Listing.published_at.desc(), Listing.id)).all()
    matches = _matches()
    for day in (today - timedelta(days=ago) for ago in range(DAYS - 1, 0, -1)):
        up = [row for row in listings if _is_up(row, day)]
        _look_at_the_board(sums, up, day)
        open_ids = {row.id for row in up}
        _look_at_matches(
            sums, account, bank, [match for match in matches if match.listing_id in open_ids], day
        )
    recording.save(sums, db.session.connection())


def _matches() -> Sequence[Match]:
    query = db.select(Match).where(Match.retired_at.is_(None)).order_by(Match.fit.desc(), Match.id)
    parts = (joinedload(Match.listing), joinedload(Match.organisation))
    return db.session.scalars(query.options(*parts)).all()


def _is_up(row: Listing, day: date) -> bool:
    if row.published_at is None or row.published_at.date() > day:
        return False
    return row.status is ListingStatus.PUBLISHED or (row.closed_at is not None and row.closed_at.date() > day)


def _look_at_the_board(sums: Sums, up: Sequence[Listing], day: date) -> None:
    """The newest on the front page, and pages of what was searched for."""
    for family, number in NEWEST.items():
        newest = [subject(row) for row in up if row.family is family][:number]
        for _ in range(FRONT_PAGES):
            recording.add(sums, recording.sums_of(newest, day=day, channel=Channel.BOARD))
    for search in range(SEARCHES):
        found = sorted((subject(row) for row in up), key=lambda key: drawn(f"{key} {day} {search}", 10**6))
        recording.add(sums, recording.sums_of(found[:FOUND], day=day, channel=Channel.BOARD))


def _look_at_matches(sums: Sums, account: Account, bank: Bank, matches: Iterable[Match], day: date) -> None:
    """Some look at what fits them, some at who fits what they ask for; each sees a few, in a fair order."""
    lists: dict[str, list[Candidate]] = defaultdict(list)
    for match in matches:
        notice, organisation = subject(match.listing), subject(match.organisation)
        lists[f"desk of {organisation}"].append(Candidate(notice, match.fit))
        lists[f"who could do {notice}"].append(Candidate(organisation, match.fit))
    for whose, candidates in lists.items():
        if drawn(f"{whose} {day}", EVERY):
            continue
        keys = [each.key for each in candidates]
        placed = bank.order(
            candidates,
            account.owed(keys, SHOWN),
            length=SHOWN,
            little_known=account.little_known(keys),
            seed=f"{whose} {day}",
        )
        shown = [each.key for each in placed]
        explored = {each.key for each in placed if each.explored}
        account.show(shown, keys)
        seen = recording.sums_of(shown, day=day, channel=Channel.SCREEN, explored=explored, eligible=keys)
        recording.add(sums, seen)
