"""The words for each part of a score: one plain sentence that both sides of the match can read.

Neither party is named or called “you”, since both read the same row. Each function here stands beside the
feature of its name, takes the points it earned, and says what it found, missed or could not know.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from search.geo import miles_between
from search.ranking.columns import KINDS, parent, said
from search.ranking.listings import Give, Want
from search.ranking.vocabulary import Terms, Vocabulary
from search.ranking.words import as_said, listed


@dataclass(frozen=True, slots=True)
class Pair:
    """A want, a give, and what is needed to put the two into words."""

    want: Want
    give: Give
    asked: Terms
    given: Terms
    vocabulary: Vocabulary
    category_names: Mapping[str, str]

    def name_of(self, category: str) -> str:
        """A category as people know it; without a name, its slug made readable."""
        slug = category.rpartition("/")[2]
        return self.category_names.get(category) or slug.replace("-", " ").capitalize()

    def words_for(self, terms: list[str]) -> str:
        """Terms as the want writes them, in a form both use if there is one."""
        want, theirs = self.want, f"{self.give.text} {self.give.title}"
        return listed(list(dict.fromkeys(as_said(term, want.title, want.text, theirs) for term in terms)))


def text(pair: Pair, points: int) -> str:
    if points > 0:
        if shared := pair.vocabulary.shared(pair.asked, pair.given):
            subject = "Past work mentions" if pair.give.family == "history" else "Both mention"
            return f"{subject} {pair.words_for(shared)}"
        return "Some words are spelt alike, though no main word is the same"
    if unanswered := pair.vocabulary.unanswered(pair.asked, pair.given, pair.want.title):
        return f"Asked for but not mentioned on the other side: {pair.words_for(unanswered)}"
    return "The two descriptions have little in common"


def meaning(pair: Pair, points: int) -> str:
    if pair.vocabulary.shared(pair.asked, pair.given):
        return "Beyond the words they share, the two read as being about similar things"
    return "In different words, the two read as being about similar things"


def category(pair: Pair, points: int) -> str:
    want, give = pair.want, pair.give
    if same := sorted(want.categories & give.categories):
        exact = [slug for slug in same if "/" in slug]
        how = "filed" if exact else "broadly"
        return f"Both are {how} under {listed([pair.name_of(slug) for slug in (exact or same)[:2]])}"
    if points > 0:
        asked, given = _closest(want, give)
        return (
            f"Both are within {pair.name_of(parent(asked))}: "
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
    return min((a, b) for a in want.categories for b in give.categories if parent(a) == parent(b))


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
    if not said(give.turnover):
        return "Turnover is not given, so size counts for half"
    share = (want.value or 0) / (give.turnover or 1)
    if share < 0.01:
        return "Less than 1% of a year's turnover"
    return f"About {share:.0%} of a year's turnover" if share < 1 else "As much as a year's turnover or more"


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
    "text": text,
    "meaning": meaning,
    "category": category,
    "distance": distance,
    "size": size,
    "quantity": quantity,
}
