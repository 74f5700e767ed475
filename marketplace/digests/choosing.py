"""What is worth a place in somebody's digest: chosen by functions that only think.

The order is by expected usefulness, fairly: whoever was seen less than an equal share is lifted a little, at
the price that every list of ours may pay (`search.ranking.fairness`). One place, never the first, may go to
something to learn by, and is marked.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from marketplace.digests.models import ItemKind
from search.ranking.fairness import Account, Bank
from search.ranking.fairness import Candidate as Fitting

AT_MOST = 5
OF_ONE_ASKER = 3
SOON = timedelta(days=7)

FOUND = 0.9  # of the worth of a match that fits as well: they will find it without us
A_FIND = 50.0  # fit of what somebody's search found and nobody scored: a fair match
LIFT = 1.2  # of what closes within a week

_FIRST = {ItemKind.CLOSING: 0, ItemKind.MATCH: 1, ItemKind.FOUND: 2}  # of one listing that stands there twice


@dataclass(frozen=True, slots=True)
class Candidate:
    """One listing that could stand in a digest, and why. `fit` is out of 100; None where nobody scored it."""

    kind: ItemKind
    listing_id: int
    family: str
    asker_id: int
    closes_on: date | None
    fit: float | None = None
    organisation_id: int | None = None  # whom it fits
    match_id: int | None = None
    parts: tuple[Mapping[str, Any], ...] = ()  # of the match's score, heaviest first
    search_id: int | None = None
    by_hand: bool = False  # somebody put the two together
    explored: bool = False  # its place on the desk was given to learn by

    @property
    def subject(self) -> str:
        """The key that being seen is counted under."""
        return f"{self.family}:{self.listing_id}"

    def worth(self, today: date) -> float:
        """Expected usefulness: how well it fits, less for a find, more for what closes soon."""
        worth = A_FIND if self.fit is None else self.fit
        if self.kind is ItemKind.FOUND:
            worth *= FOUND
        closes_soon = self.closes_on is not None and self.closes_on - today <= SOON
        return worth * LIFT if closes_soon else worth


@dataclass(frozen=True, slots=True)
class Choice:
    """What stands in one digest, best first, and the keys of all that could have stood there."""

    items: tuple[Candidate, ...]
    eligible: tuple[str, ...]

    @property
    def left_out(self) -> int:
        return len(self.eligible) - len(self.items)


def choose(
    candidates: Iterable[Candidate], *, today: date, account: Account, bank: Bank, seed: str
) -> Choice | None:
    """The best few, or None: an empty digest is never sent. `explored` is left on one item at most.

    What is chosen counts as seen in `account` at once, so that the next digest is as fair.
    """
    good = _at_most(OF_ONE_ASKER, _once_each(candidates, today))
    if not good:
        return None
    by_hand = [each for each in good if each.by_hand][:AT_MOST]
    others = {each.subject: each for each in good if not each.by_hand}
    fitting = {key: each.worth(today) for key, each in others.items()}
    placed = _fairly(fitting, AT_MOST - len(by_hand), account=account, bank=bank, seed=seed)
    items = [
        *by_hand,
        *(replace(others[key], explored=marked or others[key].explored) for key, marked in placed),
    ]
    choice = Choice(tuple(_one_marked(items)), tuple(each.subject for each in good))
    account.show([each.subject for each in choice.items], choice.eligible)
    return choice


def _once_each(candidates: Iterable[Candidate], today: date) -> list[Candidate]:
    """Each listing once, for whom it fits best; best first, after what people put together by hand."""
    best: dict[int, Candidate] = {}
    for each in sorted(candidates, key=lambda each: _order(each, today)):
        best.setdefault(each.listing_id, each)
    return list(best.values())


def _order(each: Candidate, today: date) -> tuple[bool, float, int, int]:
    return not each.by_hand, -each.worth(today), _FIRST[each.kind], each.listing_id


def _at_most(number: int, in_order: Sequence[Candidate]) -> list[Candidate]:
    """No more than so many of one asker."""
    seen: Counter[int] = Counter()
    kept = []
    for each in in_order:
        seen[each.asker_id] += 1
        if seen[each.asker_id] <= number:
            kept.append(each)
    return kept


def _fairly(
    fitting: Mapping[str, float], places: int, *, account: Account, bank: Bank, seed: str
) -> list[tuple[str, bool]]:
    """The first places, and whether each was given to learn by."""
    if places <= 0 or not fitting:
        return []
    placed = bank.order(
        [Fitting(key, fit) for key, fit in fitting.items()],
        account.owed(fitting, places),
        length=places,
        little_known=account.little_known(fitting),
        seed=seed,
    )
    return [(each.key, each.explored) for each in placed]


def _one_marked(items: list[Candidate]) -> list[Candidate]:
    """One at most was put there to learn by, and never the first: it changes places with the second."""
    if len(items) > 1 and items[0].explored and not items[0].by_hand:
        items[0], items[1] = items[1], items[0]
    marked = next((place for place, each in enumerate(items) if each.explored and place), None)
    return [
        replace(each, explored=place == marked) if each.explored else each for place, each in enumerate(items)
    ]
