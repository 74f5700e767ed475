"""What plain rankings make of the same queries: by words, by how often somebody won, by distance."""

from collections.abc import Callable, Mapping, Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from marketplace.bench.awards import Award, apart
from marketplace.bench.ranking_cases import A_WORD, Case

K1, B = 1.5, 0.75

Numbers = NDArray[np.float64]
Ranker = Callable[[Case], list[str]]


class Baselines:
    """Four orders of a case's candidates, each by one thing alone. Ties go by name.

    A word is a run of three or more letters a to z in title or description, not among scikit-learn's
    English stop words. The counts of all awards are made once; a case reads only the rows it may know.
    """

    def __init__(self, awards: Sequence[Award]) -> None:
        """From the awards that the cases are made of, in the same order."""
        first: dict[str, str] = {}
        entries = [(each, award.work.number) for award in awards for each in award.suppliers]
        for supplier, _ in entries:
            first.setdefault(supplier.key, supplier.name)
        place = {key: at for at, key in enumerate(sorted(first, key=lambda key: by_name(first[key])))}
        self._names = [first[key] for key in place]
        self._winner = np.array([place[supplier.key] for supplier, _ in entries], dtype=np.int64)
        self._won = np.array([number for _, number in entries], dtype=np.int64)
        wheres = {each.where.outcode: each.where for each, _ in entries if each.where.outcode}
        self._wheres = list(wheres.values())
        known = {outcode: at for at, outcode in enumerate(wheres)}
        self._where = np.array([known.get(each.where.outcode, -1) for each, _ in entries], dtype=np.int64)
        self._words = CountVectorizer(token_pattern=A_WORD, stop_words="english", dtype=np.float64)
        counts = self._words.fit_transform([*(award.work.text for award in awards), "placeholder"])
        self._counts = csr_matrix(counts)[: len(awards)]
        self._by_word = self._counts.tocsc()
        self._lengths = np.asarray(self._counts.sum(axis=1)).ravel()
        self._weighed: tuple[int, TfidfTransformer, csr_matrix] | None = None

    @property
    def rankers(self) -> Mapping[str, Ranker]:
        """Every baseline by its name."""
        return {
            "bm25": self.bm25,
            "tfidf": self.tfidf,
            "popularity": self.popularity,
            "nearest": self.nearest,
        }

    def bm25(self, case: Case) -> list[str]:
        """Okapi BM25 (Robertson and Zaragoza, 2009), k1 1.5 and b 0.75, each word of the query once.

        A supplier's document is all its earlier awards together; a word's weight,
        log(1 + (N − n + ½) / (n + ½)), counts the candidates that have it.
        """
        kept = self._kept(case)
        holds = csr_matrix(
            (np.ones(kept.sum()), (self._winner[kept], self._won[kept])),
            shape=(len(self._names), self._counts.shape[0]),
        )
        asked = self._words.transform([case.asked.text]).indices
        found = (holds @ self._by_word[:, asked]).tocsr()
        candidates = np.diff(holds.indptr) > 0
        lengths = holds @ self._lengths
        count = max(1, candidates.sum())
        shares = K1 * (1 - B + B * lengths / (lengths.sum() / count or 1.0))
        said_by = found.getnnz(axis=0)
        weights = np.log1p((count - said_by + 0.5) / (said_by + 0.5))
        rows = np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
        found.data *= (K1 + 1) / (found.data + shares[rows])
        return self._best_first(found @ weights, candidates)

    def tfidf(self, case: Case) -> list[str]:
        """The cosine of word TF-IDF vectors with the likest of a supplier's earlier awards.

        Words are weighed by how many of the awards before the day say them.
        """
        if self._weighed is None or self._weighed[0] != case.earlier:
            weigher = TfidfTransformer()
            self._weighed = case.earlier, weigher, weigher.fit_transform(self._counts[: case.earlier])
        _, weigher, weighed = self._weighed
        asked = weigher.transform(self._words.transform([case.asked.text]))
        alike = (weighed @ asked.T).toarray().ravel()
        kept = self._kept(case)
        best = np.full(len(self._names), -1.0)
        np.maximum.at(best, self._winner[kept], alike[self._won[kept]])
        return self._best_first(best, best >= 0)

    def popularity(self, case: Case) -> list[str]:
        """By the number of earlier awards: the order this product never uses."""
        won = np.bincount(self._winner[self._kept(case)], minlength=len(self._names))
        return self._best_first(won.astype(np.float64), won > 0)

    def nearest(self, case: Case) -> list[str]:
        """By the miles from what is asked, or where it was bought from, to the supplier; unknown last."""
        miles = [apart(case.asked.where, where) for where in self._wheres]
        close = np.array([-inf, *(-inf if far is None else -far for far in miles)])
        kept = self._kept(case)
        said = kept & (self._where >= 0)
        at = np.full(len(self._names), -1)
        at[self._winner[said]] = self._where[said]  # of several, the last stays: the latest award's
        candidates = np.bincount(self._winner[kept], minlength=len(self._names)) > 0
        return self._best_first(close[at + 1], candidates)

    def _kept(self, case: Case) -> NDArray[np.bool_]:
        """Which pairs of winner and award may be known."""
        return (self._won < case.earlier) & ~np.isin(self._won, list(case.left_out))

    def _best_first(self, scores: Numbers, candidates: NDArray[np.bool_]) -> list[str]:
        at = np.flatnonzero(candidates)  # in the order of names, which the stable sort keeps for ties
        return [self._names[place] for place in at[np.argsort(-scores[at].round(9), kind="stable")].tolist()]


def by_name(name: str) -> tuple[str, str]:
    """Puts names in order whatever their capitals."""
    return name.casefold(), name
