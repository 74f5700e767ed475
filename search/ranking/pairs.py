"""Wants beside gives and parties, compared as far as anybody asks."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from search.geo import miles_matrix
from search.ranking.bags import alike
from search.ranking.columns import KINDS, Numbers, Table, Whole, said
from search.ranking.listings import Party, Want

# Cosines of texts that are about the same thing, and what any two English texts share by chance.
AT_ENOUGH = 0.9  # how alike that is: beyond, texts say the same, which is seldom and not much better
WORDS_ENOUGH, ASKED_ENOUGH = 0.4, 0.45
SPELLING_BY_CHANCE, SPELLING_ENOUGH = 0.05, 0.4
LATENT_BY_CHANCE, LATENT_ENOUGH = 0.1, 0.8
ABOUT_OTHER_THINGS = 0.35  # cosine of meanings, as all-MiniLM-L6-v2 makes them: strangers mostly stay below
ABOUT_THE_SAME = 0.8  # what a want and its obvious answer reach, since no two are written alike

SAME_PARENT = 0.4

DOORSTEP = 3.0  # miles: within it nobody minds
AT_THE_EDGE = 0.4  # what is left of nearness at the end of the reach
FADES_OVER = 25.0  # miles: where nobody said how far, nearness falls to about a third over this,
LARGE = 100_000.0  # pounds; and for each ten times this that the work is worth, over as much again
TO_A_ROOM = 5.0  # miles, in place of these: whoever meets in it each week has to get there
TOO_FAR = 1.5  # times the stated reach: beyond it the pair is no match at all
PLACE_NOT_KNOWN = 0.3

LEAST_FOR_A_SHARED_KIND = 0.7
KINDRED_KINDS = (("volunteers", "skills", 0.5),)  # a skilled hand is a hand, and a keen one may be skilled


class Pairs:
    """Every want of a table beside every give and party of it. Matrices are wants × gives but where said."""

    def __init__(self, table: Table, side: str, today: date) -> None:
        self.table = table
        self.asked, self.given = table.asked, table.given
        self.side, self.today = side, today

    def first_best(self, worth: Numbers) -> Whole:
        """Wants × parties: of each party's gives the one worth most, the first of equals."""
        best = np.maximum.reduceat(worth, self.table.starts, axis=1)
        is_best = worth == best[:, self.table.owner]
        columns = np.where(is_best, np.arange(worth.shape[1]), worth.shape[1])
        return np.minimum.reduceat(columns, self.table.starts, axis=1)

    @cached_property
    def words(self) -> Numbers:
        return _read(alike(self.asked.words, self.given.words), WORDS_ENOUGH)

    @cached_property
    def titled(self) -> Numbers:
        """The words of the title asked for, in the other's whole text."""
        return _read(alike(self.asked.titles, self.given.words), ASKED_ENOUGH)

    @cached_property
    def spelling(self) -> Numbers:
        """Groups of letters, less what any two texts share."""
        return _read(alike(self.asked.spelling, self.given.spelling), SPELLING_ENOUGH, SPELLING_BY_CHANCE)

    @cached_property
    def latent(self) -> Numbers:
        """Words that go together here, by latent semantic analysis."""
        cosine = (self.asked.latent @ self.given.latent.T).astype(float)
        return _read(cosine, LATENT_ENOUGH, LATENT_BY_CHANCE)

    @cached_property
    def likeness(self) -> Numbers:
        """How much the texts say they are about the same thing, 0 to 1."""
        return np.mean([self.titled, self.words, self.spelling, self.latent], axis=0)

    @cached_property
    def meaning(self) -> Numbers:
        """What a model takes them to mean; 0 where either has no vector."""
        cosine = (self.asked.meaning @ self.given.meaning.T).astype(float)
        return np.clip((cosine - ABOUT_OTHER_THINGS) / (ABOUT_THE_SAME - ABOUT_OTHER_THINGS), 0.0, 1.0)

    @cached_property
    def category(self) -> Numbers:
        """1 in the same category, `SAME_PARENT` under the same top; of a deeper tree, by the steps shared.

        A top alone (“care, any kind”) holds many trades: two filed there are akin, not the same.
        """
        akin = _shared(self.asked.tops, self.given.tops) > 0
        steps = np.maximum(self.asked.depth - 1, 1.0)[:, None]
        deeper = np.minimum(_shared(self.asked.deeper, self.given.deeper) / steps, 1.0)
        return np.where(akin, SAME_PARENT + (1 - SAME_PARENT) * deeper, 0.0)

    @cached_property
    def kinds(self) -> Numbers:
        """How much of the kinds asked for are given; 0 where a side has not said.

        One kind answered is most of the way, since givers combine; kindred kinds count in part.
        """
        asked, given = self.asked.kinds, self.given.kinds
        both = asked @ given.T
        share = both / np.maximum(asked.sum(axis=1, keepdims=True), 1)
        value = np.where(both > 0, LEAST_FOR_A_SHARED_KIND + (1 - LEAST_FOR_A_SHARED_KIND) * share, 0.0)
        for one, other, worth in KINDRED_KINDS:
            a, b = KINDS.index(one), KINDS.index(other)
            akin = np.outer(asked[:, a], given[:, b]) + np.outer(asked[:, b], given[:, a])
            value = np.maximum(value, worth * (akin > 0))
        return value

    @cached_property
    def subject(self) -> Numbers:
        """How well the subject fits by all its signs together, 0 to 1."""
        return np.mean([self.titled, self.words, self.spelling, self.latent, self.category], axis=0)

    @cached_property
    def topic(self) -> Numbers:
        """The likeliest sign that they are about the same thing, 0 to 1: how they read, or are filed."""
        signs = np.maximum(self.likeness, self.category)
        return np.maximum(signs, self.meaning) if self.asked.meaning.size else signs

    @cached_property
    def possible(self) -> NDArray[np.bool_]:
        """Wants × parties: no fact stands against it, on either side. What fails here is never shown."""
        table = self.table
        able = np.minimum.reduceat(self.ruled_out, table.starts, axis=1) == 0
        gated = np.array(
            [[self._gated(want, party) for party in table.parties] for want in table.wants], bool
        )
        full = self.room[:, table.starts] == 0
        return able & ~full & ~gated.reshape(able.shape)

    def _gated(self, want: Want, party: Party) -> bool:
        closed = want.closes_on is not None and want.closes_on < self.today
        nothing_left = want.lacking <= 0
        refused = party.key in want.not_for or party.key == want.party
        return closed or nothing_left or refused or not want.must_have <= party.holds

    def _of_owner(self, by_party: Iterable[float | None]) -> Numbers:
        return _numbers(by_party)[self.table.owner]

    @cached_property
    def turnover(self) -> Numbers:
        """£ a year of each give's party, NaN where not said."""
        return self._of_owner(
            party.turnover if said(party.turnover) else None for party in self.table.parties
        )

    @cached_property
    def room(self) -> Numbers:
        """Introductions each give's party can still take, this one among them; NaN where not said."""
        left = _numbers(party.room.get(self.side) for party in self.table.parties)
        met = [[party.key in want.met for party in self.table.parties] for want in self.table.wants]
        return (left + np.array(met, float).reshape(len(met), len(left)))[:, self.table.owner]

    @cached_property
    def answered(self) -> Numbers:
        return self._of_owner(party.answered for party in self.table.parties)

    @cached_property
    def introduced(self) -> Numbers:
        return self._of_owner(party.asked for party in self.table.parties)

    @cached_property
    def idle(self) -> Numbers:
        """Days since each give's party was last seen here, NaN where not known."""
        seen = [party.seen_on for party in self.table.parties]
        return self._of_owner(max(0, (self.today - day).days) if day else None for day in seen)

    @cached_property
    def lacking(self) -> Numbers:
        """0 to 1 of each want."""
        return _numbers(want.lacking for want in self.table.wants)

    @cached_property
    def miles(self) -> Numbers:
        """Miles between the two, NaN where a place is not known."""
        a, b = self.asked.point, self.given.point
        return miles_matrix(a[:, 0], a[:, 1], b[:, 0], b[:, 1])

    @cached_property
    def reach(self) -> Numbers:
        """Miles within which both are content: the smaller of what each accepts, NaN if neither said."""
        return np.fmin(self.asked.reach[:, None], self.given.reach[None, :])

    @cached_property
    def nearness(self) -> Numbers:
        """1 on the doorstep, falling to the edge of the reach, 0 beyond."""
        beyond = np.clip(self.miles - DOORSTEP, 0, None)
        to_the_edge = 1 - (1 - AT_THE_EDGE) * beyond / np.maximum(self.reach - DOORSTEP, 1e-9)
        inside = np.where(beyond > 0, to_the_edge, 1.0)
        stated = np.where(self.miles <= self.reach, inside, 0.0)
        value = np.where(np.isnan(self.reach), np.exp(-beyond / self._fades_over), stated)
        return np.where(np.isnan(self.miles), PLACE_NOT_KNOWN, value)

    @cached_property
    def _fades_over(self) -> Numbers:
        """Miles, wants × 1: for larger work people come from farther, and to a room from less far."""
        times = np.log10(np.maximum(np.nan_to_num(self.asked.value), LARGE) / LARGE)
        is_a_room = [want.quantity_kinds == {"space"} for want in self.table.wants]
        return np.where(is_a_room, TO_A_ROOM, FADES_OVER * (1 + times))[:, None]

    @cached_property
    def ruled_out(self) -> Numbers:
        """1 where a fact rules the give out: far outside a stated reach, or the wrong kind."""
        too_far = self.miles > TOO_FAR * self.reach
        both = np.outer(self.asked.kinds.any(axis=1), self.given.kinds.any(axis=1))
        return (too_far | (both & (self.kinds == 0))).astype(float)


def _read(cosine: Numbers, enough: float, by_chance: float = 0.0) -> Numbers:
    """A likeness from 0 to 1: most of the way at what is enough, still rising beyond, to 1 for the same."""
    up_to = (cosine - by_chance) / (enough - by_chance) * AT_ENOUGH
    beyond = AT_ENOUGH + (1 - AT_ENOUGH) * (cosine - enough) / (1 - enough)
    return np.clip(np.where(cosine <= enough, up_to, beyond), 0.0, 1.0)


def _shared(asked: csr_matrix, given: csr_matrix) -> Numbers:
    return np.asarray((asked @ given.T).toarray(), dtype=float)


def _numbers(values: Iterable[float | None]) -> Numbers:
    return np.array([np.nan if value is None else value for value in values], dtype=float)
