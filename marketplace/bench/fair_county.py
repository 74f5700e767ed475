"""A generated county, the same for the same seed: who is there, what is asked, who fits what, who looks when.

Everything it is made of stands here, with its reason. Where a figure could be read off the product's own
scores it was: off the demo (666 matches) and the public records of `docs/real-data.md` (4,774), both with
model 2026.2. Where it could not it was set against us: lists fall off more steeply than those records do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from search.ranking.fairness import Candidate

# Between the demo (122 organisations, 140 asks) and the public records (4,978 and 378). Organisations at
# first, and newcomers a day; asks at first, new ones a day, and the days they stay: as many come as go.
ORGANISATIONS, JOINING = 600, 1.4
OPEN, OPENING, LASTING = 300, 11, (14, 42)
OPPORTUNITIES = 0.5  # of the asks; the rest are needs

# The catalogue has 251 kinds of thing in 34 branches. Of the 40 commonest in the demo and in the records the
# n-th is as common as 1 / n^0.46 to 0.49. Most organisations of the records do two or three.
TRADES, BRANCH, ZIPF, EACH = 250, 7, 0.5, 3
TOWNS, SPREAD, AROUND = 25, 10.0, 1.5  # miles from the middle and from the town, standard deviations

# Scores are sums like ours: so much for words, category, distance, size. How alike the words of two are is
# drawn from a beta distribution, by whether their trades are the same, of one branch, or neither.
TEXT, CATEGORY, DISTANCE, SIZE = 0.38, 0.27, 0.20, 0.15
ALIKE = {"same": (4, 4), "akin": (2, 5), "other": (1, 12)}
AKIN = 0.4  # of a category's points for one of the same branch
NEAR, FADING = 3.0, 15.0  # miles that count as here; and over which distance fades to a third

# Merit is lognormal, and belongs neither to the large nor to the old: small firms are given no handicap that
# popularity then punishes. The demo's scores differ by organisation, asks and pairs apart, by 0.07 (needs)
# and 0.11 (opportunities) of their logarithm.
MERIT = 0.1

# Who may stand on a list: what `match run` keeps. Asks then have 13 candidates in the middle and 30 in their
# longest tenth, and organisations 7 and 15 (the demo's needs: 7 and 12, and 3 and 27; the records: 11 and 44,
# and 2 and 6). The tenth of a list fits two thirds as well as its first (the demo's needs: 0.75 by ask and
# 0.78 by organisation; the records: 0.85 and 0.68).
WORTH_IT, PER_ASK, PER_ORGANISATION = 0.4, 30, 15

# Four in five have fewer than ten staff, as in the demo and among the United Kingdom's employers (Department
# for Business and Trade, Business population estimates 2024). Each can answer so many introductions a week:
# in a small firm it is nobody's job. Buyers ask for three quotes; a need is for one to ten volunteers.
SIZES = ("micro", "small", "medium", "large")
SHARES = (0.80, 0.15, 0.04, 0.01)
ROOM = (2, 3, 5, 8)
QUOTES, HANDS = 3, 10
ON_THE_SITE = 18.0  # months an organisation has been there, in the mean; exponential. Ages are up to so many:
AGES = {"new": 0.0, "under a year": 12.0, "1 to 3 years": 36.0, "over 3 years": np.inf}

# An organisation looks at its list twice a week, by screen or letter, some far oftener (lognormal); an asker
# looks every third day. Half of those who look at a place click if what stands there fits in full.
LOOKS, KEENNESS, ASKER_LOOKS = 0.3, 0.7, 0.35
CLICK = 0.5
# Clicks from before the first day. The lists of this county bring an organisation six or seven a month,
# so this is little, and kind to the order by clicks.
CLICKS_A_MONTH, CLICKS_A_DAY = 1.0, 0.1  # an organisation's; an ask's
YES = 0.6  # of those introduced, on each side, if the other fits in full; at a fit of 0.6 both do in 13%

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Looked:
    """A look at a list: of asks by an organisation, of organisations by an asker; candidates best first."""

    market: str  # "listings" | "organisations"
    candidates: tuple[Candidate, ...]
    luck: tuple[float, ...]  # of each candidate: it is clicked where the chance is above


@dataclass(frozen=True)
class County:
    """Asks are rows and organisations columns, both by number; days count from 0."""

    seed: int
    days: int

    def random(self, *what: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, *what])

    @cached_property
    def joined(self) -> Whole:
        """The day each organisation came; 0 for those there before."""
        coming = self.random(1).poisson(JOINING, self.days)
        return np.concatenate([np.zeros(ORGANISATIONS, np.int64), np.repeat(np.arange(self.days), coming)])

    @cached_property
    def opens(self) -> Whole:
        return np.concatenate([np.zeros(OPEN, np.int64), np.repeat(np.arange(self.days), OPENING)])

    @cached_property
    def closes(self) -> Whole:
        """The first day each ask is open no more. Those open at first are anywhere in their time."""
        random = self.random(2)
        lasting = random.integers(LASTING[0], LASTING[1] + 1, len(self.opens))
        lasting[:OPEN] = np.ceil(random.random(OPEN) * lasting[:OPEN])
        return self.opens + lasting

    @cached_property
    def size(self) -> Whole:
        """Of each organisation, as a place in SIZES."""
        return self.random(3).choice(len(SIZES), len(self.joined), p=SHARES)

    @cached_property
    def rooms(self) -> Whole:
        """How many introductions each organisation can answer in a week."""
        return np.array(ROOM)[self.size]

    @cached_property
    def months(self) -> Numbers:
        """How long each organisation had been there on the first day."""
        return np.where(self.joined > 0, 0.0, self.random(4).exponential(ON_THE_SITE, len(self.joined)))

    @cached_property
    def is_opportunity(self) -> Marks:
        return self.random(5).random(len(self.opens)) < OPPORTUNITIES

    @cached_property
    def lacking(self) -> Whole:
        """How many yeses each ask is after."""
        hands = self.random(6).integers(1, HANDS + 1, len(self.opens))
        return np.where(self.is_opportunity, QUOTES, hands)

    @cached_property
    def merit(self) -> tuple[Numbers, Numbers]:
        """Of asks, and of organisations."""
        random = self.random(7)
        return (
            np.exp(MERIT * random.normal(size=len(self.opens))),
            np.exp(MERIT * random.normal(size=len(self.joined))),
        )

    @cached_property
    def fits(self) -> dict[str, Numbers]:
        """Asks × organisations, 0 to 1, by what is ranked: the pair's fit times the merit of that one."""
        asks, organisations = self.merit
        pair = self._pairs()
        return {
            "listings": np.minimum(1, pair * asks[:, None]),
            "organisations": np.minimum(1, pair * organisations),
        }

    def _pairs(self) -> Numbers:
        """How well each organisation and each ask go together."""
        random = self.random(8)
        shape = (len(self.opens), len(self.joined))
        chances = np.arange(1, TRADES + 1) ** -ZIPF
        trades = random.permutation(TRADES)
        asked = trades[random.choice(TRADES, shape[0], p=chances / chances.sum())]
        done = trades[random.choice(TRADES, (shape[1], EACH), p=chances / chances.sum())]
        same = (asked[:, None, None] == done).any(axis=2)
        akin = (asked[:, None, None] // BRANCH == done // BRANCH).any(axis=2)
        words = {name: random.beta(*shares, shape) for name, shares in ALIKE.items()}
        alike = np.where(same, words["same"], np.where(akin, words["akin"], words["other"]))
        category = np.where(same, 1.0, np.where(akin, AKIN, 0.0))
        topic = np.maximum(alike, 0.85 * category)
        miles = self._miles(random, shape)
        near = np.exp(-np.maximum(0, miles - NEAR) / FADING)
        placed = DISTANCE * near + SIZE * random.beta(4, 2, shape)
        return TEXT * alike + CATEGORY * category + topic * placed

    def _miles(self, random: np.random.Generator, shape: tuple[int, int]) -> Numbers:
        towns = random.normal(0, SPREAD, (TOWNS, 2))
        asks, organisations = (
            towns[random.integers(0, TOWNS, count)] + random.normal(0, AROUND, (count, 2)) for count in shape
        )
        return np.hypot(*(asks[:, None] - organisations).transpose(2, 0, 1))

    @cached_property
    def both_say_yes(self) -> Numbers:
        """The chance that each organisation says yes to each ask, times that of the other way about."""
        return YES * self.fits["listings"] * YES * self.fits["organisations"]

    @cached_property
    def agreed(self) -> Marks:
        """Whether they would agree if introduced: the same whoever introduces them."""
        return self.random(9).random(self.both_say_yes.shape) < self.both_say_yes

    def clicks(self, market: str) -> Numbers:
        """Clicks before the first day."""
        asks, organisations = self.merit
        if market == "organisations":
            return self.random(10).poisson(CLICKS_A_MONTH * self.months * organisations).astype(float)
        been = np.where(self.opens > 0, 0, self.random(11).uniform(0, LASTING[1], len(self.opens)))
        return self.random(12).poisson(CLICKS_A_DAY * been * asks).astype(float)

    def open_on(self, day: int) -> Whole:
        """The asks that are open."""
        return np.flatnonzero((self.opens <= day) & (day < self.closes))

    def here_on(self, day: int) -> Whole:
        """The organisations that are there."""
        return np.flatnonzero(self.joined <= day)

    def days_there(self, market: str, days: int) -> Numbers:
        """On how many of the first so many days each was there to be seen; at least 1."""
        if market == "organisations":
            return np.maximum(1, days - self.joined).astype(float)
        return np.maximum(1, np.minimum(days, self.closes) - self.opens).astype(float)

    def kept(self, market: str, day: int) -> Marks:
        """Which pairs may stand on lists: the best of either side, and worth it."""
        fits = np.zeros_like(self.fits[market])
        here = np.ix_(self.open_on(day), self.here_on(day))
        fits[here] = self.fits[market][here]
        of_ask = np.argsort(np.argsort(-fits, axis=1, kind="stable"), axis=1, kind="stable")
        of_organisation = np.argsort(np.argsort(-fits, axis=0, kind="stable"), axis=0, kind="stable")
        return (fits >= WORTH_IT) & ((of_ask < PER_ASK) | (of_organisation < PER_ORGANISATION))

    @cached_property
    def _keenness(self) -> Numbers:
        """How often each organisation looks, as a multiple of the usual."""
        drawn = np.exp(KEENNESS * self.random(13).normal(size=len(self.joined)))
        return drawn / drawn.mean()

    def looks(self, day: int) -> Iterator[Looked]:
        """Every look of a day, at lists of both markets."""
        random = self.random(14, day)
        lists, asked = self.kept("listings", day).T, self.kept("organisations", day)
        here, open_now = self.here_on(day), self.open_on(day)
        for organisation in np.repeat(here, random.poisson(LOOKS * self._keenness[here])).tolist():
            yield from self._look(
                "listings", self.fits["listings"][:, organisation], lists[organisation], random
            )
        for ask in np.repeat(open_now, random.poisson(ASKER_LOOKS, len(open_now))).tolist():
            yield from self._look("organisations", self.fits["organisations"][ask], asked[ask], random)

    def _look(self, market: str, fits: Numbers, kept: Marks, random: np.random.Generator) -> Iterator[Looked]:
        """One look; nobody sees an empty list."""
        ordered = sorted(np.flatnonzero(kept).tolist(), key=lambda number: (-fits[number], number))
        if ordered:
            candidates = tuple(Candidate(name(number), float(fits[number])) for number in ordered)
            yield Looked(market, candidates, tuple(random.random(len(ordered)).tolist()))

    def groups(self, organisation: int) -> dict[str, str]:
        """What an organisation is told apart by."""
        months = self.months[organisation]
        return {
            "size": SIZES[self.size[organisation]],
            "age": next(word for word, most in AGES.items() if months <= most),
        }


def name(number: int) -> str:
    """The key of an ask or an organisation: in order of number."""
    return f"{number:06}"
