"""What staying local would mean for a purchase: a range in £ with its source, never a point.

Of a price without VAT, what stays is what the supplier spends on local people and local suppliers, or keeps
itself: wages × local staff + buying × local suppliers + the rest × what of it stays. This is round 2 of LM3
(New Economics Foundation, The Money Trail, 2002); later rounds are left out, since nobody could check them.
The figures behind it are in local_effect.toml. Nothing here reads the database.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from math import ceil, floor, hypot, log10
from typing import Any

from marketplace.web.words import money

Span = tuple[float, float]  # shares, lowest and highest
Figures = Mapping[str, Any]  # as local_effect.toml has them

# How far off a percentage may be that somebody gives from memory, and one that somebody else has looked at.
FROM_MEMORY, LOOKED_AT = 0.10, 0.05
KEEPS = timedelta(days=2 * 365)  # they are asked once a year; without an answer for two it is stale
PENCE = 20  # steps of a £1: to the nearest 5p is all that figures like these bear


class Local(StrEnum):
    """The three meanings in use. Each is an area, and whoever is based in it is local."""

    PLACE = "place"
    NEIGHBOURS = "neighbours"  # the place or a neighbour of it
    REGION = "region"


class Base(StrEnum):
    """Where a supplier is based, as narrowly as is known."""

    PLACE = "place"
    NEIGHBOUR = "neighbour"
    REGION = "region"  # farther off in the same region
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """How we know; of several, the least sure."""

    SELF_DECLARED = "self_declared"
    VERIFIED = "verified"
    SECTOR_DEFAULT = "sector_default"


@dataclass(frozen=True, slots=True)
class LocalFacts:
    """What a supplier says of itself: percentages of staff living, and of spend staying, in the place."""

    staff_local: int | None = None
    spend_local: int | None = None
    declared_on: date | None = None  # without a day nobody knows how old they are: not used
    verified: bool = False

    def __post_init__(self) -> None:
        if any(not 0 <= share <= 100 for share in (self.staff_local, self.spend_local) if share is not None):
            raise ValueError(f"Not percentages: {self.staff_local}, {self.spend_local}")

    def holds(self, today: date) -> bool:
        return self.declared_on is not None and today - self.declared_on <= KEEPS


@dataclass(frozen=True, slots=True)
class Spend:
    """What would be spent, in whole £, and on what; None, 0 and 1 mean “not said”."""

    value_low: int | None
    value_high: int | None
    categories: frozenset[str] = frozenset()
    includes_vat: bool | None = None  # None: nobody knows


@dataclass(frozen=True, slots=True)
class Candidate:
    base: Base
    facts: LocalFacts = LocalFacts()


@dataclass(frozen=True, slots=True)
class Names:
    """What the place and its region are called inside a sentence: “County Durham”, “the North East”."""

    place: str
    region: str = "the region"

    def of(self, meaning: Local) -> str:
        return {
            Local.PLACE: self.place,
            Local.NEIGHBOURS: f"{self.place} or next door",
            Local.REGION: self.region,
        }[meaning]


@dataclass(frozen=True, slots=True)
class LocalEffect:
    """How much would stay in the area of `meaning`: whole £ (None where no value is given), and of each £1.

    `basis` names the published figures that were leant on.
    """

    meaning: Local
    low: int | None
    high: int | None
    per_pound_low: float
    per_pound_high: float
    source: Source
    sentence: str
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A local candidate beside whoever might come from elsewhere; `apart` if their ranges do not overlap."""

    here: LocalEffect
    elsewhere: LocalEffect
    apart: bool
    sentence: str


def local_effect(
    spend: Spend, candidate: Candidate, names: Names, *, today: date, meaning: Local = Local.PLACE
) -> LocalEffect | None:
    """What would stay if this candidate did the work; None before the oldest figures we hold."""
    figures = _in_force(today)
    if figures is None:
        return None
    where = _seen_from(candidate.base, meaning)
    facts = candidate.facts if candidate.facts.holds(today) else LocalFacts()
    said = [share for share in (facts.staff_local, facts.spend_local) if share is not None]
    trades = _trades(spend.categories, figures)
    if said:
        share = _joined(_by_their_figures(facts, trade, figures, where, meaning) for trade in trades)
    else:
        share = _joined(_usual(trade["staying"], where) for trade in trades)
    per_pound = _down(share[0] * PENCE) / PENCE, min(1.0, _up(share[1] * PENCE) / PENCE)
    low, high = _pounds(spend, per_pound, figures["vat_percent"])
    # What they say is of the place alone: for a wider area it is a beginning, and the rest what is usual.
    whole = len(said) == 2 and meaning is Local.PLACE
    how = _how_we_know(facts, whole=whole, partly=bool(said), placed=candidate.base is not Base.UNKNOWN)
    return LocalEffect(
        meaning,
        low,
        high,
        *per_pound,
        source=_source(facts, whole=whole),
        sentence=f"{_amount(low, high, per_pound)} would stay in {names.of(meaning)} ({how}).",
        basis=(*figures["sources"], *(trade["source"] for trade in trades)),
    )


def each_meaning(spend: Spend, candidate: Candidate, names: Names, *, today: date) -> tuple[LocalEffect, ...]:
    """The effect by each of the three meanings of local, each labelled; none before the oldest figures."""
    found = (local_effect(spend, candidate, names, today=today, meaning=meaning) for meaning in Local)
    return tuple(effect for effect in found if effect is not None)


def compared(
    spend: Spend, candidate: Candidate, names: Names, *, today: date, meaning: Local = Local.PLACE
) -> Comparison | None:
    """What would stay, beside what would if the work went far off; None for who isn't known to be local."""
    if _seen_from(candidate.base, meaning) != ("inside",):
        return None
    here = local_effect(spend, candidate, names, today=today, meaning=meaning)
    elsewhere = local_effect(spend, Candidate(Base.ELSEWHERE), names, today=today, meaning=meaning)
    if here is None or elsewhere is None:
        return None
    apart = here.per_pound_low > elsewhere.per_pound_high
    amount = _amount(elsewhere.low, elsewhere.high, (elsewhere.per_pound_low, elsewhere.per_pound_high))
    amount = amount[0].lower() + amount[1:]
    sentence = f"With a supplier from farther away it would be {amount} (what is usual)."
    if not apart:
        sentence += " The two ranges overlap, so the difference may be small."
    return Comparison(here, elsewhere, apart, sentence)


def _seen_from(base: Base, meaning: Local) -> tuple[str, ...]:
    """How far a base is from an area: inside it, near or away; all of these where nobody knows."""
    if base is Base.UNKNOWN:
        return ("inside", "near", "away")
    beyond = list(Base).index(base) - list(Local).index(meaning)  # both go outwards from the place
    if beyond <= 0:
        return ("inside",)
    return ("near",) if beyond == 1 and base is not Base.ELSEWHERE else ("away",)


def _by_their_figures(
    facts: LocalFacts, trade: Figures, figures: Figures, where: Sequence[str], meaning: Local
) -> Span:
    """wages × staff + bought × spend + the rest × profit, with each of the five known only as a range.

    Each is unsure for reasons of its own, so what they add to the doubt is added as squares, not as if all
    were wrong the same way at once (JCGM 100:2008, “GUM”, 5.1.2).
    """
    margin = LOOKED_AT if facts.verified else FROM_MEMORY
    staff = _stated(facts.staff_local, margin, _usual(figures["staff"], where), meaning)
    spend = _stated(facts.spend_local, margin, _usual(figures["spend"], where), meaning)
    profit = _usual(figures["profit"], where)
    wages, bought = trade["wages"], trade["bought"]
    rest = 1 - _middle(wages) - _middle(bought)
    middle = _middle(wages) * _middle(staff) + _middle(bought) * _middle(spend) + rest * _middle(profit)
    doubt = hypot(
        _half(wages) * (_middle(staff) - _middle(profit)),
        _half(bought) * (_middle(spend) - _middle(profit)),
        _middle(wages) * _half(staff),
        _middle(bought) * _half(spend),
        rest * _half(profit),
    )
    return max(0.0, middle - doubt), min(1.0, middle + doubt)


def _stated(percent: int | None, margin: float, usual: Span, meaning: Local) -> Span:
    """A share as they gave it, with its margin. More than that may stay in a wider area, never less."""
    if percent is None:
        return usual
    low, high = max(0.0, percent / 100 - margin), min(1.0, percent / 100 + margin)
    return (low, high) if meaning is Local.PLACE else (low, max(high, usual[1]))


def _middle(span: Span) -> float:
    return (span[0] + span[1]) / 2


def _half(span: Span) -> float:
    return (span[1] - span[0]) / 2


def _usual(by_place: Figures, where: Sequence[str]) -> Span:
    return _joined(by_place[each] for each in where)


def _joined(spans: Iterable[Span]) -> Span:
    """The range that holds all of them."""
    lows, highs = zip(*spans, strict=True)
    return min(lows), max(highs)


def _trades(categories: Iterable[str], figures: Figures) -> list[Figures]:
    """The kinds of work the categories belong to; a child named in the figures goes before its parent."""
    trades = figures["trades"]
    of = {slug: name for name, trade in trades.items() for slug in trade["categories"]}
    names = {of.get(slug) or of.get(slug.partition("/")[0]) or "other" for slug in categories} or {"other"}
    return [trades[name] for name in sorted(names)]


def _pounds(spend: Spend, per_pound: Span, vat_percent: int) -> tuple[int | None, int | None]:
    """The range in £, rounded outwards, and never above the value itself; None where it has no top."""
    top = spend.value_high
    if top is None or top <= 1:
        return None, None
    bottom = spend.value_low if spend.value_low is not None and 1 < spend.value_low <= top else top
    without_vat = 100 / (100 + vat_percent)
    least = bottom * per_pound[0] * (1 if spend.includes_vat is False else without_vat)
    most = top * per_pound[1] * (without_vat if spend.includes_vat else 1)
    step = _step(most)
    return _down(least / step) * step, min(top, _up(most / step) * step)


def _down(number: float) -> int:
    """The whole number below, unless it is one but for the computer's own rounding."""
    return floor(round(number, 9))


def _up(number: float) -> int:
    return ceil(round(number, 9))


def _step(pounds: float) -> int:
    """The steps people would round such an amount to: £1,000 for £6,300 or £16,200, £500 for £2,600."""
    unit = 10 ** floor(log10(max(pounds, 1)))
    leading = pounds / unit
    return max(1, unit if leading >= 5 else unit // 2 if leading >= 2 else unit // 10)


def _amount(low: int | None, high: int | None, per_pound: Span) -> str:
    if high is not None:
        return f"About {money(low)} to {money(high)} of this" if low else f"Up to {money(high)} of this"
    least, most = (f"{round(100 * share)}p" for share in per_pound)
    if per_pound[1] >= 1:
        return f"About {least} or more of each £1"
    return f"About {least} to {most} of each £1" if per_pound[0] else f"Up to {most} of each £1"


def _source(facts: LocalFacts, *, whole: bool) -> Source:
    if not whole:
        return Source.SECTOR_DEFAULT
    return Source.VERIFIED if facts.verified else Source.SELF_DECLARED


def _how_we_know(facts: LocalFacts, *, whole: bool, partly: bool, placed: bool) -> str:
    theirs = f"their own figures, {'checked' if facts.verified else 'not checked'}"
    if whole:
        return theirs
    how = f"partly {theirs}, and what is usual" if partly else "what is usual, not their own figures"
    return how if placed else f"{how}; where they are based is not known"


def _in_force(on: date) -> Figures | None:
    begun = [figures for figures in _table() if figures["from"] <= on]
    return max(begun, key=lambda figures: figures["from"]) if begun else None


@cache
def _table() -> list[dict[str, Any]]:
    text = files(__package__).joinpath("local_effect.toml").read_text("utf-8")
    return list(tomllib.loads(text)["figures"])
