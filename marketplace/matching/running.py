"""Ranking what is open and storing what fits: one row a pair, and what people answered is kept.

A listing that changes is ranked at once against its candidates, an organisation against the asks it might
answer. `match run` does it all again, a step at a time: words are learned anew, everybody gets a turn.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy import func

from marketplace import clock
from marketplace.categories.catalogue import catalogue
from marketplace.extensions import db
from marketplace.listings.models import ASKS, Listing
from marketplace.matching import introducing, learned, searching, sources, texts
from marketplace.matching.models import Match
from marketplace.matching.remembering import Parties
from marketplace.matching.sharing import shared
from marketplace.matching.storing import Counts, Pair, by_pair, store, worth_keeping
from marketplace.organisations.models import Organisation
from marketplace.places import queries as places
from marketplace.readings import queries as kept_readings
from marketplace.readings import services as readings
from search.ranking import FLOOR, Fit, Model, Party, Want, rank, rank_for
from search.ranking.lexicon import Lexicon
from search.ranking.model import whole
from search.ranking.weights import ANSWERED_BY, side_of

PER_ASK = 50  # organisations kept for each ask
PER_ORGANISATION = 15  # asks kept for each organisation, besides those whose best it is among
ASKS_AT_ONCE = 50  # asks ranked and stored in one transaction
ORGANISATIONS_AT_ONCE = 10  # looked at by themselves in one transaction, each with some four hundred asks
FEW = 3  # matches: with fewer, an organisation that people speak for is looked at by itself
LEARN_ANEW = 1.25  # times the texts the lexicon was fitted on


@dataclass(frozen=True, slots=True)
class Means:
    """What ranking needs besides the listings: the words of the place, and the weights of each side."""

    lexicon: Lexicon
    model: Model
    today: date

    def rank(self, asks: Sequence[Want], parties: Sequence[Party], at_most: int) -> list[Fit]:
        return rank(
            asks,
            parties,
            self.lexicon,
            self.model,
            today=self.today,
            per_want=at_most,
            category_names=catalogue().names,
        )

    def rank_for(self, party: Party, asks: Sequence[Want], standing: Collection[Pair]) -> list[Fit]:
        """The best that this organisation fits, and what it fits still of what stands already."""

        def choose(fits: Mapping[str, float]) -> set[str]:
            number = int(party.key)
            good = {(number, int(ask)): fit for ask, fit in fits.items() if whole(fit) >= FLOOR}
            return {str(ask) for _, ask in worth_keeping(good, PER_ORGANISATION, standing)}

        return rank_for(
            party,
            asks,
            self.lexicon,
            self.model,
            today=self.today,
            choose=choose,
            quoted=sources.quoted,
            category_names=catalogue().names,
        )


def means(now: datetime) -> Means:
    """The lexicon and weights in use; the first lexicon is fitted when it is first needed."""
    lexicon = kept_readings.lexicon() or learn_words(now)
    return Means(lexicon, learned.model(), now.date())


def learn_words(now: datetime) -> Lexicon:
    """Fit a lexicon on everything said here."""
    place = places.current()
    towns = [town.name for town in places.towns(place)] if place else ()
    return readings.fit((said for some in texts.everything() for said in some.values()), towns, now=now)


def match_listing(listing_id: int, *, now: datetime) -> None:
    """Look again at who fits this ask; for a listing that gives, at everything its organisation fits."""
    listing = db.session.get(Listing, listing_id)
    if listing is None:
        return
    if listing.family not in ASKS:
        match_organisation(listing.organisation_id, now=now)
        return
    ranker = Ranker(now)
    readings.forget_changed([f"{listing.family.value}:{listing.id}"], texts.of, ranker.using.lexicon)
    fits = ranker([listing_id])
    store(by_pair(Match.listing_id == listing_id), fits, now=now, counts=Counts())
    introducing.introduce(now, listing_ids=[listing_id])


def match_organisation(organisation_id: int, *, now: datetime) -> None:
    """Look again at which asks this organisation fits."""
    using = means(now)
    readings.forget_changed(list(sources.keys_of(organisation_id)), texts.of, using.lexicon)
    _store_of([organisation_id], using, now=now, counts=Counts())
    introducing.introduce(now, organisation_ids=[organisation_id])


def score_pair(organisation_id: int, listing_id: int, *, now: datetime) -> Fit | None:
    """How well these two fit, however badly; None where a fact rules it out."""
    using = means(now)
    asks = sources.wants(using.today, using.lexicon, ids=[listing_id])
    parties = sources.parties(using.today, using.lexicon, ids=[organisation_id])
    found = rank(
        asks, parties, using.lexicon, using.model, today=using.today, per_want=1, floor=0,
        category_names=catalogue().names,
    )  # fmt: skip
    return found[0] if found else None


def run(now: datetime, *, after: int = 0, counts: Counts, workers: int = 1) -> Iterator[tuple[int, int]]:
    """Rank every open ask after this id, yielding how many are done and the last id; commit at each yield.

    A step is whole in itself, so a run killed between two steps and run again ends as an unbroken one. With
    more than one worker, others rank in processes of their own, and only storing is left to this one.
    """
    asks = [number for number in sources.open_asks(now.date()) if number > after]
    steps = [asks[start : start + ASKS_AT_ONCE] for start in range(0, len(asks), ASKS_AT_ONCE)]
    done = 0
    for some, fits in shared(Ranker, (now,), steps, min(workers, max(1, len(steps)))):
        store(by_pair(Match.listing_id.in_(some)), fits, now=now, counts=counts)
        done += len(some)
        yield done, some[-1]


def number_open(today: date, *, after: int = 0) -> int:
    """How many asks a run has to rank."""
    return sum(number > after for number in sources.open_asks(today))


def finish(now: datetime, *, counts: Counts) -> Iterator[int]:
    """After the asks: a turn for whoever was hardly matched, then who meets whom; commit at each yield."""
    _retire_what_closed(now=now, counts=counts)
    yield 0
    using = means(now)
    alone = [] if searching.is_small() else _hardly_matched()  # in a small place everybody had a turn
    for start in range(0, len(alone), ORGANISATIONS_AT_ONCE):
        some = alone[start : start + ORGANISATIONS_AT_ONCE]
        _store_of(some, using, now=now, counts=counts)
        yield len(some)
    counts.introduced += introducing.introduce(now)
    yield 0


def renew_readings(now: datetime) -> Iterator[int]:
    """Read what changed unseen, all of it if the words are to be learned anew; commit at each yield."""
    if texts.number() > LEARN_ANEW * kept_readings.texts_known():
        learn_words(now)
        yield 0
    lexicon = means(now).lexicon
    for some in texts.everything():
        yield readings.renew(some, lexicon)


class Ranker:
    """Finds the best of asks, and remembers whom it met: the same few organisations fit many asks."""

    def __init__(self, now: datetime) -> None:
        self.using, self._is_small = means(now), searching.is_small()
        self._met = {
            side: Parties(now.date(), self.using.lexicon, families, since=clock.now())
            for side, families in ANSWERED_BY.items()
        }
        self._everybody: list[Party] | None = None

    def __call__(self, ids: Collection[int]) -> list[Fit]:
        """The best of each of these asks, among its candidates. Raises SearchUnavailable in a big place."""
        using = self.using
        asks = sources.wants(using.today, using.lexicon, ids=ids)
        if self._is_small:
            if self._everybody is None:
                self._everybody = sources.parties(using.today, using.lexicon)
            return using.rank(asks, self._everybody, PER_ASK)
        candidates = {
            ask.key: searching.patiently(partial(searching.parties_for, ask, using.lexicon)) for ask in asks
        }
        found: list[Fit] = []
        for side, remembered in self._met.items():
            remembered.forget_changed()
            asked = [ask for ask in asks if side_of(ask.family) == side]
            met = remembered.of({number for ask in asked for number in candidates[ask.key]})
            for ask in asked:
                likely = [met[number] for number in sorted(candidates[ask.key]) if number in met]
                found += using.rank([ask], likely, PER_ASK)
        return found


def fits_of_organisations(ids: Collection[int], using: Means, standing: Collection[Pair] = ()) -> list[Fit]:
    """What each of these organisations fits best, and of the pairs that stand already those that still fit.

    Raises SearchUnavailable in a big place.
    """
    parties = sources.parties(using.today, using.lexicon, ids=ids)
    if searching.is_small():
        asks = sources.wants(using.today, using.lexicon, in_words=False, answering=ids)
        theirs = {party.key: asks for party in parties}
    else:
        likely = {party.key: searching.asks_for(party, using.lexicon) for party in parties}
        these = {ask for some in likely.values() for ask in some}
        asks = sources.wants(using.today, using.lexicon, ids=these, in_words=False, answering=ids)
        theirs = {party: [ask for ask in asks if int(ask.key) in some] for party, some in likely.items()}
    return [fit for party in parties for fit in using.rank_for(party, theirs[party.key], standing)]


def _store_of(organisations: Collection[int], using: Means, *, now: datetime, counts: Counts) -> None:
    """Make the matches of these organisations what they fit now."""
    known = by_pair(Match.organisation_id.in_(organisations))
    standing = {pair for pair, row in known.items() if row.retired_at is None}
    store(known, fits_of_organisations(organisations, using, standing), now=now, counts=counts)


def _hardly_matched() -> list[int]:
    """Organisations with people, and next to no matches."""
    matched = (
        db.select(func.count(Match.id))
        .where(Match.organisation_id == Organisation.id, Match.retired_at.is_(None))
        .scalar_subquery()
    )
    query = db.select(Organisation.id).where(Organisation.claimed_at.is_not(None), matched < FEW)
    return list(db.session.scalars(query.order_by(Organisation.id)))


def _retire_what_closed(*, now: datetime, counts: Counts) -> None:
    """Matches of asks that are open no more step back, unless somebody acted on them."""
    still_open = set(sources.open_asks(now.date()))
    ids = db.session.scalars(db.select(Match.listing_id).where(Match.retired_at.is_(None)).distinct())
    closed = [listing_id for listing_id in ids if listing_id not in still_open]
    for start in range(0, len(closed), ASKS_AT_ONCE):
        some = closed[start : start + ASKS_AT_ONCE]
        store(by_pair(Match.listing_id.in_(some)), [], now=now, counts=counts)
