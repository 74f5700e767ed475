"""The words for each part of a score: one plain sentence that both sides of the match can read.

Neither party is named or called “you”, since both read the same row. Each function here stands beside the
part of its name, takes the points it earned, and says what it found, missed or could not know.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from search.geo import miles_between
from search.ranking.columns import KINDS, said, way
from search.ranking.lexicon import Lexicon, number
from search.ranking.listings import Give, Party, Want
from search.ranking.weights import side_of
from search.ranking.words import as_said, listed, terms, written

TELLING = 0.25  # of what the heaviest shared term carries: those below explain nothing
OFTEN, SELDOM = 0.75, 0.34  # of what an organisation is asked, it answers


@dataclass(frozen=True, slots=True)
class Pair:
    """A want, the give that fits best, whose it is, and what is needed to put them into words."""

    want: Want
    give: Give
    party: Party
    lexicon: Lexicon
    kindred: int  # other things of the party that are plainly like it
    category_names: Mapping[str, str]

    def name_of(self, category: str) -> str:
        """A category as people know it; without a name, its slug made readable."""
        slug = category.rpartition("/")[2]
        return self.category_names.get(category) or slug.replace("-", " ").capitalize()

    def shared(self, at_most: int = 3) -> list[str]:
        """The terms that carry the likeness of the two texts, heaviest first."""
        asked, given = self._terms(self.want), self._terms(self.give)
        common, ours, theirs = np.intersect1d(asked[0], given[0], assume_unique=True, return_indices=True)
        carried = asked[1][ours] * given[1][theirs]
        telling = carried >= TELLING * carried.max(initial=0.0)
        return self._heaviest(common[telling], carried[telling], at_most)

    def unanswered(self, at_most: int = 2) -> list[str]:
        """The weightiest terms of what is asked for, by its title, that the other never uses."""
        asked, given = self._terms(self.want), set(self._terms(self.give)[0].tolist())
        open_terms = {
            number(term)
            for term in terms(self.want.title)
            if given.isdisjoint({number(each) for each in (term, *term.split())})
        }
        alone = np.array([each in open_terms for each in asked[0].tolist()], dtype=bool)
        return self._heaviest(asked[0][alone], asked[1][alone], at_most)

    def words_for(self, found: list[str]) -> str:
        """Terms as the want writes them."""
        return listed(list(dict.fromkeys(as_said(term, self.want.title, self.want.text) for term in found)))

    def _terms(self, listing: Want | Give) -> tuple[np.ndarray, np.ndarray]:
        reading = listing.reading or self.lexicon.read([listing])[0]
        return reading.words

    def _heaviest(self, ids: np.ndarray, weights: np.ndarray, at_most: int) -> list[str]:
        names = _names(self.want.title, self.want.text)
        order = np.lexsort((ids, -weights))
        return _without_repeats([names[each] for each in ids[order].tolist() if each in names], at_most)


@lru_cache(maxsize=512)
def _names(title: str, text: str) -> dict[int, str]:
    """The terms of a listing by their hash."""
    return {number(term): term for term in written(title, text)}


def _without_repeats(heaviest: list[str], at_most: int) -> list[str]:
    """The heaviest terms, none saying again what another said; two words said together stay together."""
    chosen: list[str] = []
    said: set[str] = set()
    for term in heaviest:
        if said.isdisjoint(term.split()) and len(chosen) < at_most:
            pairs = (pair for pair in heaviest if " " in pair and term in pair.split())
            fuller = next((pair for pair in pairs if said.isdisjoint(pair.split())), term)
            chosen.append(fuller)
            said.update(fuller.split())
    return chosen


def text(pair: Pair, points: int) -> str:
    if points > 0:
        if shared := pair.shared():
            subject = "Past work mentions" if pair.give.family == "history" else "Both mention"
            return f"{subject} {pair.words_for(shared)}"
        return "The two read alike, though no main word is the same"
    if unanswered := pair.unanswered():
        return f"Asked for but not mentioned on the other side: {pair.words_for(unanswered)}"
    return "The two descriptions have little in common"


def meaning(pair: Pair, points: int) -> str:
    if pair.shared():
        return "Beyond the words they share, the two read as being about similar things"
    return "In different words, the two read as being about similar things"


def record(pair: Pair, points: int) -> str:
    if pair.kindred:
        are = "is" if pair.kindred == 1 else "are"
        return f"{_counted(pair.kindred)} more of what they list or did before {are} like it"
    return "Other things they list or did before are a little like it"


def _counted(many: int) -> str:
    few = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
    return few[many] if many < len(few) else str(many)


def room(pair: Pair, points: int) -> str:
    if pair.party.room.get(side_of(pair.want.family) or "") is None:
        return "How much they can take on has not been said"
    return "They say they have room" if points > 0 else "They have little room just now"


def lacking(pair: Pair, points: int) -> str:
    if pair.want.lacking >= 1:
        return "None of it has been promised yet"
    return "Some of it is still missing" if pair.want.lacking >= 0.5 else "Little of it is still missing"


def answers(pair: Pair, points: int) -> str:
    if not pair.party.asked:
        return "New here, so taken to answer as others do"
    rate = (pair.party.answered + 1) / (pair.party.asked + 2)
    if rate >= OFTEN:
        return "They nearly always answer, yes or no"
    return "They seldom answer" if rate < SELDOM else "They often answer"


def fresh(pair: Pair, points: int) -> str:
    if pair.party.seen_on is None:
        return "When they were last active here is not known"
    return "Active here lately" if points > 0 else "Not active here lately"


def category(pair: Pair, points: int) -> str:
    want, give = pair.want, pair.give
    if same := sorted(want.categories & give.categories):
        exact = [slug for slug in same if "/" in slug]
        how = "filed" if exact else "broadly"
        return f"Both are {how} under {listed([pair.name_of(slug) for slug in (exact or same)[:2]])}"
    if points > 0:
        asked, given = _closest(want, give)
        return (
            f"Both are within {pair.name_of(way(asked)[0])}: "
            f"{pair.name_of(asked)} is asked for, {pair.name_of(given)} is given"
        )
    if not want.categories or not give.categories:
        return "One side has not chosen a category"
    return (
        f"Filed under different categories: {pair.name_of(min(want.categories))} is asked for, "
        f"{pair.name_of(min(give.categories))} is given"
    )


def _closest(want: Want, give: Give) -> tuple[str, str]:
    """The first pair of categories that share a parent."""
    return min((a, b) for a in want.categories for b in give.categories if way(a)[0] == way(b)[0])


def distance(pair: Pair, points: int) -> str:
    want, give = pair.want, pair.give
    if want.point is None or give.point is None:
        return "How far apart they are is not known"
    miles = miles_between(want.point, give.point)
    apart = f"{_miles(miles)} apart"
    reaches = {"accepted": want.reach_miles, "served": give.reach_miles}
    said_so = {whose: reach for whose, reach in reaches.items() if reach is not None}
    if not said_so:
        return apart
    whose, reach = min(said_so.items(), key=lambda each: each[1])
    return f"{apart}, {'inside' if miles <= reach else 'outside'} the {reach:g}-mile area {whose}"


def _miles(miles: float) -> str:
    if miles < 1:
        return "Less than a mile"
    return "About a mile" if miles < 1.5 else f"{miles:.0f} miles"


def size(pair: Pair, points: int) -> str:
    want, give = pair.want, pair.give
    if not said(want.value):
        return "The value is not given, so size counts for half"
    if said(pair.party.turnover):
        share = (want.value or 0) / (pair.party.turnover or 1)
        if share < 0.01:
            return "Less than 1% of a year's turnover"
        return (
            f"About {share:.0%} of a year's turnover" if share < 1 else "As much as a year's turnover or more"
        )
    if said(give.value):
        before, now = _pounds(give.value or 0), _pounds(want.value or 0)
        return f"They did work of about {before} before; this is about {now}"
    return "Turnover is not given, so size counts for half"


def _pounds(value: float) -> str:
    """To two figures: £8,400, £84,000, £1.2 million."""
    if value >= 999_500:
        return f"£{value / 1e6:.1f} million".replace(".0 ", " ")
    rounded = round(value, 2 - len(str(int(value))))
    return f"£{rounded:,.0f}"


def quantity(pair: Pair, points: int) -> str:
    want, give = pair.want, pair.give
    if not want.quantity_kinds or not give.quantity_kinds:
        return f"What could be {'given' if want.quantity_kinds else 'used'} has not been said"
    if shared := want.quantity_kinds & give.quantity_kinds:
        return f"Asked for and given: {_in_order(shared)}"
    return f"Asked for: {_in_order(want.quantity_kinds)}; given: {_in_order(give.quantity_kinds)}"


def _in_order(kinds: frozenset[str]) -> str:
    return listed([kind for kind in KINDS if kind in kinds])


WORDS: Mapping[str, Callable[[Pair, int], str]] = {
    each.__name__: each
    for each in (
        text, category, quantity, record, distance, size, room, lacking, answers, fresh, meaning,
    )
}  # fmt: skip
