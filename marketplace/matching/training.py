"""Learning the weights of a side from what happened here: awards, and answers to what people were shown.

The newest lessons are held back. Weights learned from the others replace those in use only if, on what was
held back, they put the right ones higher by more than chance would; else all stays as it is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.matching import learned, sources
from marketplace.matching.models import Match, MatchStatus, RankingModel
from search.ranking import Give, Lexicon, Party, Want
from search.ranking.bags import Bags, alike
from search.ranking.columns import Numbers, Table
from search.ranking.features import read
from search.ranking.learning import ChoiceModel, Lesson, order, tells
from search.ranking.model import only
from search.ranking.pairs import Pairs
from search.ranking.weights import side_of

ENOUGH = 60  # lessons of a side; with fewer nothing is learned
HELD_BACK = 0.3  # of them, the newest
RESAMPLES = 5_000
CERTAIN = 0.025  # the chance we take, at this end, of replacing weights by worse ones
AWARDS_AT_MOST = 3_000  # the newest; more teach little and take long
CANDIDATES = 150  # of an award: those whose work is most like it, besides the winners
REPEATED = 0.9  # cosine of words at which work is the same again, and would give the answer away
YES = (MatchStatus.INTERESTED, MatchStatus.CONVERTED)

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Dated:
    """A lesson, when it happened, and what kind of thing it was."""

    on: date
    source: str  # “awards” or “answers”
    lesson: Lesson


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of learning one side. Figures are mean reciprocal ranks on the lessons held back."""

    side: str
    lessons: Mapping[str, int]  # by source
    before: Mapping[str, float]
    after: Mapping[str, float]
    old: float
    new: float
    least: float  # the low end of the 95% interval of what is gained
    wins: bool

    @property
    def enough(self) -> bool:
        return sum(self.lessons.values()) >= ENOUGH


def try_out(side: str, lexicon: Lexicon, *, today: date, progress: Progress | None = None) -> Trial:
    """Learn from the older lessons of a side, and see on the newer ones whether it was worth it."""
    lessons = sorted(_lessons(side, lexicon, today, progress), key=lambda each: each.on)
    counts: dict[str, int] = defaultdict(int)
    for each in lessons:
        counts[each.source] += 1
    before = learned.model().weights[side]
    if len(lessons) < ENOUGH:
        return Trial(side, counts, before, before, 0.0, 0.0, 0.0, wins=False)
    cut = int(len(lessons) * (1 - HELD_BACK))
    older, newer = ([each.lesson for each in some] for some in (lessons[:cut], lessons[cut:]))
    after = ChoiceModel(before).fit(older).weights_
    old, new = (np.array([_reciprocal_rank(each, weights) for each in newer]) for weights in (before, after))
    least = _least(new - old)
    return Trial(side, counts, before, after, float(old.mean()), float(new.mean()), least, wins=least > 0)


def use(trial: Trial, *, now: datetime) -> RankingModel:
    """Put what won in the place of what was in use."""
    number = (db.session.scalar(select(db.func.count(RankingModel.id))) or 0) + 1
    for row in db.session.scalars(
        select(RankingModel).where(RankingModel.side == trial.side, RankingModel.retired_at.is_(None))
    ):
        row.retired_at = now
    row = RankingModel(
        version=f"{trial.side[:2]}{now:%y%m%d}-{number}",
        side=trial.side,
        weights=dict(trial.after),
        provenance={"lessons": dict(trial.lessons), "held_back": HELD_BACK, "until": f"{now:%Y-%m-%d}"},
        figures={"mrr_before": trial.old, "mrr_after": trial.new, "gain_at_least": trial.least},
        made_at=now,
        in_use_from=now,
    )
    db.session.add(row)
    return row


def _lessons(side: str, lexicon: Lexicon, today: date, progress: Progress | None) -> Iterator[Dated]:
    if side == "spend":
        yield from _from_awards(lexicon, today, progress)
    yield from _from_answers(side, lexicon, today)


def _from_answers(side: str, lexicon: Lexicon, today: date) -> Iterator[Dated]:
    """Of each ask, a choice among those who were shown it; nobody who was not shown it could choose."""
    query = select(
        Match.listing_id, Match.organisation_id, Match.status, Match.first_position, Match.first_shown_at
    ).where(Match.first_position.is_not(None))
    shown: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(query.order_by(Match.id)):
        shown[row.listing_id].append(row)
    chosen = {ask: rows for ask, rows in shown.items() if _is_a_choice(rows)}
    wants = {each.key: each for each in _wants_ever(chosen, lexicon, today)}
    ids = {row.organisation_id for rows in chosen.values() for row in rows}
    parties = {each.key: each for each in sources.parties(today, lexicon, ids=ids)}
    for ask, rows in chosen.items():
        want = wants.get(str(ask))
        known = [row for row in rows if str(row.organisation_id) in parties]
        if want is None or side_of(want.family) != side or not _is_a_choice(known):
            continue
        values, names = _values(want, [parties[str(row.organisation_id)] for row in known], side, lexicon)
        place = {name: number for number, name in enumerate(names)}
        yes = [row for row in known if row.status in YES and str(row.organisation_id) in place]
        if yes and len(names) > len(yes):
            rows_chosen = np.array([place[str(row.organisation_id)] for row in yes])
            weights = np.array([tells(row.first_position) for row in yes])
            yield Dated(
                max(row.first_shown_at for row in rows).date(),
                "answers",
                Lesson(values, rows_chosen, weights),
            )


def _is_a_choice(rows: Sequence[Any]) -> bool:
    """Somebody said yes and somebody else did not."""
    return 0 < sum(row.status in YES for row in rows) < len(rows)


def _wants_ever(listing_ids: Mapping[int, Any], lexicon: Lexicon, today: date) -> list[Want]:
    """These asks, whether they are open still or not."""
    return sources.wants(today, lexicon, ids=list(listing_ids), closed_too=True)


def _from_awards(lexicon: Lexicon, today: date, progress: Progress | None) -> Iterator[Dated]:
    """Of each award with a date, a choice among those who had done such work by then."""
    works = _works(lexicon, today)
    words = Bags.of(give.reading.words for give, _ in works if give.reading)
    days = np.array([on.toordinal() for _, on in works])
    parties, party = np.unique([give.party for give, _ in works], return_inverse=True)
    awards = _awards(works)
    for number, same in enumerate(awards[-AWARDS_AT_MOST:]):
        if progress:
            progress(number)
        first = works[same[0]]
        cosines = alike(words.take([same[0]]), words)[0]
        known = np.flatnonzero((days < first[1].toordinal()) & (cosines < REPEATED))
        chosen = _choice(party[known], np.unique(party[same]), cosines[known], len(parties))
        if chosen is None:
            continue
        theirs: dict[int, list[Give]] = {each: [] for each in chosen}
        for each in known[np.isin(party[known], list(chosen))].tolist():
            theirs[party[each]].append(works[each][0])
        candidates = [Party(str(parties[each]), tuple(gives)) for each, gives in theirs.items()]
        yield Dated(
            first[1], "awards", _lesson_of_award(first[0], candidates, list(chosen.values()), lexicon)
        )


def _choice(
    party: NDArray[np.int64], winners: NDArray[np.int64], cosines: Numbers, parties: int
) -> dict[int, bool] | None:
    """The winners and those whose earlier work is most like it, and who won; None where that is no choice.

    `party` and `cosines` are of the works known then.
    """
    best = np.full(parties, -1.0)
    np.maximum.at(best, party, cosines)
    known = np.flatnonzero(best >= 0)
    won = np.intersect1d(winners, known)
    if not len(won) or len(known) <= len(winners):
        return None
    likely = known[np.argsort(-best[known], kind="stable")][:CANDIDATES]
    return {int(each): bool(np.isin(each, won)) for each in np.union1d(likely, won)}


def _works(lexicon: Lexicon, today: date) -> list[tuple[Give, date]]:
    """Everything anybody was paid for, by date."""
    parties = sources.parties(today, lexicon)
    found = [(give, give.done_on) for party in parties for give in party.gives if give.done_on]
    return sorted(found, key=lambda each: (each[1], each[0].key))


def _awards(works: Sequence[tuple[Give, date]]) -> list[list[int]]:
    """The works that are one award, shared by several: same day, same title."""
    together: dict[tuple[date, str], list[int]] = defaultdict(list)
    for number, (give, on) in enumerate(works):
        together[on, give.title].append(number)
    return list(together.values())


def _lesson_of_award(
    award: Give, candidates: Sequence[Party], won: Sequence[bool], lexicon: Lexicon
) -> Lesson:
    want = Want(
        "award", "", "opportunity", award.title, categories=award.categories, point=award.point,
        value=award.value, reading=award.reading,
    )  # fmt: skip
    values, _ = _values(want, candidates, "spend", lexicon)
    chosen = np.flatnonzero(won)
    return Lesson(values, chosen, np.full(len(chosen), 1 / len(chosen)))


def _values(want: Want, parties: Sequence[Party], side: str, lexicon: Lexicon) -> tuple[Numbers, list[str]]:
    """Parties × features, in the order of the weights in use, and the parties' names."""
    able = [party for each in parties if (party := only(each, side)).gives]
    if not able:
        return np.zeros((0, 0)), []
    pairs = Pairs(Table.of([want], able, lexicon), side, want.closes_on or want.posted_on or date.max)
    values = read(pairs, learned.model().weights[side]).values
    return np.stack([value[0] for value in values.values()], axis=1), [party.key for party in able]


def _reciprocal_rank(lesson: Lesson, weights: Mapping[str, float]) -> float:
    ranked = order(lesson, weights).tolist()
    return 1 / (1 + min(ranked.index(int(row)) for row in lesson.chosen))


def _least(gained: Numbers) -> float:
    """The low end of the 95% interval of the mean gain: a paired bootstrap."""
    random = np.random.default_rng(0)
    means = [gained[random.integers(0, len(gained), len(gained))].mean() for _ in range(RESAMPLES)]
    return float(np.quantile(means, CERTAIN))
