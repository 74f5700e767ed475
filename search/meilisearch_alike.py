"""How a sketch is put to Meilisearch, and how its answers are weighed.

Of several words Meilisearch finds only what says the rarest, so that each is asked for by itself, as its
very stem, and what a document says is added up here. What says several words, all of them so frequent that
it comes late under each, is found by asking for these together.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from search.meilisearch_filters import (
    all_of,
    geo_point,
    located,
    miles_to,
    none_or_one_of,
    one_of,
    within_or_nowhere,
)
from search.meilisearch_layout import CATEGORIES, EMBEDDER, MOST_HITS, PRIMARY_KEY, STEMS, code, key_of
from search.meilisearch_query import MOST_WORDS, ORDERS, Answer, Asked, restriction
from search.schema import OPEN, Hit, Sketch, Sort
from search.text import weighed_stems
from search.weighing import CLOSE, most_telling, rarity, together

BOARD, FILED, KIN, MEANING, NEAREST, TOGETHER = "board", "filed", "kin", "meaning", "nearest", "together"
WORD = "word "  # followed by its stem
MOST_COMMON = 2  # words read where all of them are common

Answers = Mapping[str, Answer]  # by the names of the questions
Documents = dict[str, Answer]  # by their ids


@dataclass(frozen=True, slots=True)
class Probes:
    """What is asked about one sketch."""

    sketch: Sketch
    index: str
    stems: dict[str, float]
    hybrid: bool

    @classmethod
    def about(cls, sketch: Sketch, index: str, *, hybrid: bool) -> "Probes":
        """`hybrid` when the index holds vectors as long as the sketch's."""
        return cls(sketch, index, weighed_stems(sketch.words, MOST_WORDS), hybrid)

    @property
    def first(self) -> dict[str, Asked]:
        """How large the board is, what says each word, what is filed alike, close in meaning, near."""
        sketch = self.sketch
        asked: dict[str, Asked] = {}
        if sketch.limit:
            asked[BOARD] = self._found() | {"page": 1, "hitsPerPage": 0, "facets": [CATEGORIES]}
            asked |= {f"{WORD}{stem}": self._saying(f'"{stem}"', "all") for stem in self.stems}
            if sketch.categories:
                asked[FILED] = self._best(one_of("categories", sketch.categories))
                asked[KIN] = self._best(one_of("categories", sketch.category_weights))
            if self.hybrid:
                asked[MEANING] = self._best() | {
                    "vector": [float(part) for part in sketch.vector or ()],
                    "hybrid": {"embedder": EMBEDDER, "semanticRatio": 1.0},
                    "rankingScoreThreshold": (1 + CLOSE) / 2,
                }
        if sketch.nearest and sketch.near is not None:
            filed = [one_of("categories", sketch.categories)] if sketch.categories else []
            asked[NEAREST] = self._found(located(sketch.near), *filed) | {
                "sort": [f"{geo_point(sketch.near)}:asc", *ORDERS[Sort.NEWEST]],
                "limit": min(sketch.nearest, MOST_HITS),
            }
        return asked

    def second(self, answers: Answers) -> dict[str, Asked]:
        """The telling words together, if any of them is said more often than was shown."""
        telling = self._telling(answers)
        if len(telling) < 2 or max(telling.values()) <= self.sketch.limit:
            return {}
        return {TOGETHER: self._saying(" ".join(telling) + " ", "frequency")}

    def hits(self, answers: Answers) -> tuple[Hit, ...]:
        """The most alike, best first; then the nearest that are not among them."""
        near = _documents(answers, [NEAREST])
        likely = _documents(answers, [*self._said_in(answers), FILED, KIN, MEANING])
        scores = self._scores(answers, likely)
        best = dict.fromkeys(sorted(likely, key=lambda one: -scores[one])[: self.sketch.limit])
        chosen = [(likely[one], scores[one]) for one in best]
        chosen += [(document, 0.0) for one, document in near.items() if one not in best]
        return tuple(
            Hit(key_of(document[PRIMARY_KEY]), score, miles_to(document, self.sketch.near))
            for document, score in chosen
        )

    def _scores(self, answers: Answers, likely: Documents) -> dict[str, float]:
        """By words, categories and meaning together."""
        said, worth = self._said(answers), self._worth(answers)
        scores = np.array(
            [
                said.get(one, 0.0) + sum(worth.get(slug, 0.0) for slug in document.get(CATEGORIES, ()))
                for one, document in likely.items()
            ]
        )
        if self.hybrid and len(scores):
            close = _documents(answers, [MEANING])
            halfway = [float(close[one]["_rankingScore"]) if one in close else 0.5 for one in likely]
            scores = together(scores, 2 * np.array(halfway) - 1)  # Meilisearch has (1 + cosine) / 2
        return dict(zip(likely, map(float, scores), strict=True))

    def _said(self, answers: Answers) -> dict[str, float]:
        """What the telling words score: all of those asked alone, or their share when asked together."""
        total = _total(answers, BOARD)
        weights = {stem: self.stems[stem] * rarity(n, total) for stem, n in self._telling(answers).items()}
        said: dict[str, float] = {}
        for stem, weight in weights.items():
            for one, document in _documents(answers, [f"{WORD}{stem}"]).items():
                said[one] = said.get(one, 0.0) + weight * float(document["_rankingScore"])
        for one, document in _documents(answers, [TOGETHER]).items():
            share = sum(weights.values()) * float(document["_rankingScore"])
            said[one] = max(said.get(one, 0.0), share)
        return said

    def _telling(self, answers: Answers) -> dict[str, int]:
        """How many documents say each word, rarest first; common ones only if there are no others."""
        totals = {stem: _total(answers, f"{WORD}{stem}") for stem in self.stems}
        rarest = sorted((stem for stem in totals if totals[stem]), key=lambda stem: totals[stem])
        common = most_telling(_total(answers, BOARD))
        telling = [stem for stem in rarest if totals[stem] <= common] or rarest[:MOST_COMMON]
        return {stem: totals[stem] for stem in telling}

    def _said_in(self, answers: Answers) -> list[str]:
        """The questions whose answers say something telling."""
        return [*(f"{WORD}{stem}" for stem in self._telling(answers)), TOGETHER]

    def _worth(self, answers: Answers) -> dict[str, float]:
        """What being filed under a slug, in its code, scores."""
        if BOARD not in answers:
            return {}
        total, counts = _total(answers, BOARD), answers[BOARD]["facetDistribution"].get(CATEGORIES, {})
        weights = {code(slug): weight for slug, weight in self.sketch.category_weights.items()}
        return {slug: weight * rarity(int(counts.get(slug, 0)), total) for slug, weight in weights.items()}

    def _saying(self, text: str, strategy: str) -> Asked:
        return self._best() | {"q": text, "attributesToSearchOn": STEMS, "matchingStrategy": strategy}

    def _best(self, *also: str) -> Asked:
        """A page counts to the end, which says how rare a word is."""
        return self._found(*also) | {"page": 1, "hitsPerPage": min(self.sketch.limit, MOST_HITS)}

    def _found(self, *also: str) -> Asked:
        """Whatever may be found at all."""
        sketch = self.sketch
        conditions = [
            restriction(sketch),
            one_of("family", sketch.families),
            one_of("state", [OPEN]),
            *([none_or_one_of("quantity_kinds", sketch.quantity_kinds)] if sketch.quantity_kinds else []),
            *also,
        ]
        if sketch.near is not None and sketch.within_miles is not None:
            conditions.append(within_or_nowhere(sketch.near, sketch.within_miles))
        return {
            "indexUid": self.index,
            "filter": all_of(conditions),
            "attributesToRetrieve": [PRIMARY_KEY, CATEGORIES, "_geo"],
            "showRankingScore": True,
        }


def _documents(answers: Answers, names: Collection[str]) -> Documents:
    """What was found, by its id, in the order found."""
    found: Documents = {}
    for name in names:
        for document in answers[name]["hits"] if name in answers else ():
            found.setdefault(document[PRIMARY_KEY], document)
    return found


def _total(answers: Answers, name: str) -> int:
    return int(answers[name]["totalHits"]) if name in answers else 0
