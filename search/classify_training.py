"""Learns what `search.classify` reads, from texts whose categories are known."""

import hashlib
import random
import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from search.classify import CategoryModel, Weights, offer, read, reading, terms

SEED = 20_261
STRENGTH = 10.0  # how closely the training texts are followed
STEPS = 60  # of the solver
RARE = 2  # a term in fewer texts than this is left out, unless we wrote it ourselves
SHARPER = 1.5  # texts of several categories teach the model to hedge; this takes some of it back
TOO_SMALL = 0.04  # a weight nearer to nought than this is left out
NEVER = -20.0  # the bias of a category that no text has
HOLD_OUT = 10  # of ten parts of the records, one sets the threshold and two are scored
OFFERED = 5
THRESHOLDS = tuple(round(0.03 + 0.01 * step, 2) for step in range(28))

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and its categories; `source` is where it is from.

    `own` texts were written to be learnt from; of `record`s some are held out to be scored.
    """

    text: str
    slugs: frozenset[str]
    source: str
    weight: float = 1.0
    own: bool = False
    record: bool = False

    @property
    def part(self) -> int:
        """Which of ten parts it belongs to, by its text alone, so that equal texts stay together."""
        return hashlib.blake2b(self.text.encode("utf-8"), digest_size=4).digest()[0] % HOLD_OUT


@dataclass(frozen=True, slots=True)
class Trained:
    """A model's file, and the head that is written in it."""

    file: bytes
    head: Mapping[str, Any]


def train(items: Sequence[Labelled], slugs: Sequence[str], head: Mapping[str, Any]) -> Trained:
    """A model of these texts for these categories, with figures from a rehearsal on held-out records."""
    kept = [item for item in items if not (item.record and item.part < 3)]
    rehearsed = _as_model(_learn(kept, slugs), {"slugs": list(slugs), "threshold": 0.0})
    threshold = best_threshold(rehearsed, [item for item in items if item.record and item.part == 0])
    scored = [item for item in items if item.record and item.part in (1, 2)]
    told = {
        **head,
        "slugs": list(slugs),
        "threshold": threshold,
        "reading": reading(),
        "texts": dict(sorted(Counter(item.source for item in items).items())),
        "figures": figures(rehearsed, scored, threshold),
    }
    file = BytesIO()
    _learn(items, slugs).write(file, told)
    return Trained(file.getvalue(), told)


def best_threshold(model: CategoryModel, items: Sequence[Labelled]) -> float:
    """The probability from which offering a category pays best, by micro F1."""
    if not items:
        return THRESHOLDS[0]
    chances = [(item.slugs, model.probabilities(item.text)) for item in items]

    def pays(threshold: float) -> float:
        return f1(
            (slugs, [slug for slug, _ in offer(chance, threshold)[:OFFERED]]) for slugs, chance in chances
        )

    return max(THRESHOLDS, key=pays)


def f1(pairs: Iterable[tuple[Collection[str], Collection[str]]]) -> float:
    """Micro F1 of pairs of what is true and what was said."""
    hits = true = said = 0
    for truly, guessed in pairs:
        hits += len(set(truly) & set(guessed))
        true, said = true + len(truly), said + len(guessed)
    return round(2 * hits / (true + said), 4) if true + said else 0.0


def figures(model: CategoryModel, items: Sequence[Labelled], threshold: float) -> dict[str, Any]:
    """How good the offers are: the share whose first, and any of whose first three, is right; and micro F1.

    Families are counted by the topmost categories alone: whether the shelf was right if not the box.
    """
    offers = [(item, _offered(model.probabilities(item.text), threshold)) for item in items]
    sources = sorted({item.source for item in items})
    shelves = sorted({shelf for item in items for shelf in _shelves(item.slugs)})
    return {
        "all": _tally([(item.slugs, said) for item, said in offers]),
        "shelves": _tally([(_shelves(item.slugs), list(_shelves(said))) for item, said in offers]),
        "by_source": {
            source: _tally([(item.slugs, said) for item, said in offers if item.source == source])
            for source in sources
        },
        "f1_by_shelf": {
            shelf: f1(
                (_shelves(item.slugs).keys() & {shelf}, _shelves(said).keys() & {shelf})
                for item, said in offers
            )
            for shelf in shelves
        },
    }


def _offered(chances: Mapping[str, float], threshold: float) -> list[str]:
    return [slug for slug, _ in offer(chances, threshold)[:OFFERED]]


def _tally(offers: Sequence[tuple[Collection[str], Sequence[str]]]) -> dict[str, float | int]:
    count = len(offers) or 1
    return {
        "texts": len(offers),
        "top_1": round(sum(any(s in true for s in said[:1]) for true, said in offers) / count, 4),
        "top_3": round(sum(any(s in true for s in said[:3]) for true, said in offers) / count, 4),
        "micro_f1": f1(offers),
        "nothing_offered": round(sum(not said for _, said in offers) / count, 4),
    }


def _shelves(slugs: Iterable[str]) -> dict[str, None]:
    return dict.fromkeys(slug.partition("/")[0] for slug in slugs)


def _as_model(weights: Weights, head: Mapping[str, Any]) -> CategoryModel:
    """The model as it will be once written down, rounded numbers and all."""
    file = BytesIO()
    weights.write(file, head)
    file.seek(0)
    return read(file)


def _learn(items: Sequence[Labelled], slugs: Sequence[str]) -> Weights:
    """A text of several categories counts in part towards each."""
    items = [*items, *mixed([item for item in items if item.own])]
    said = [terms(item.text) for item in items]
    vectors = TfidfVectorizer(analyzer=list, sublinear_tf=True, vocabulary=_worth_keeping(items, said))
    readings = vectors.fit_transform(said).astype(np.float32).tocsr()
    number = {slug: place for place, slug in enumerate(slugs)}
    counted = [
        (row, number[slug], item.weight / len(item.slugs))
        for row, item in enumerate(items)
        for slug in sorted(item.slugs)
    ]
    rows, answers, emphasis = (np.array(each) for each in zip(*counted, strict=True))
    model = LogisticRegression(C=STRENGTH, max_iter=STEPS, tol=1e-3, random_state=SEED)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # more steps change nothing that shows
        model.fit(readings[rows], answers, sample_weight=emphasis)
    weights, bias = np.zeros((len(slugs), readings.shape[1])), np.full(len(slugs), NEVER)
    weights[model.classes_], bias[model.classes_] = SHARPER * model.coef_, SHARPER * model.intercept_
    return _written_down(vectors, weights, bias)


def mixed(own: Sequence[Labelled]) -> Iterator[Labelled]:
    """Each of our lines beside another of its category, and beside one of any: people say several things."""
    draw = random.Random(SEED)  # noqa: S311 - the same texts every time; nothing is kept secret by it
    alike: dict[frozenset[str], list[Labelled]] = {}
    for item in own:
        alike.setdefault(item.slugs, []).append(item)
    for item in own:
        same, other = draw.choice(alike[item.slugs]), draw.choice(own)
        yield replace(item, text=f"{item.text} {same.text}")
        yield replace(item, text=f"{item.text} {other.text}", slugs=item.slugs | other.slugs)


def _worth_keeping(items: Sequence[Labelled], said: Sequence[Sequence[str]]) -> list[str]:
    """Terms that several texts use, and those of our own lines."""
    used = Counter(term for each in said for term in set(each))
    ours = {term for item, each in zip(items, said, strict=True) if item.own for term in each}
    return sorted(term for term, count in used.items() if count >= RARE or term in ours)


def _written_down(vectors: TfidfVectorizer, weights: Numbers, bias: Numbers) -> Weights:
    """Weights rounded to bytes; those too small to matter are left out."""
    weights = weights - weights.mean(axis=0)  # what all categories share changes no share
    weights[np.abs(weights) < TOO_SMALL] = 0
    scale = np.maximum(np.abs(weights).max(axis=1), 1e-6) / 127
    whole = csr_matrix(np.rint(weights / scale[:, None]).astype(np.int8).T)
    used = np.flatnonzero(np.diff(whole.indptr))
    whole = whole[used]
    named = vectors.get_feature_names_out()[used]
    return Weights(
        terms=tuple(str(term) for term in named),
        rarity=vectors.idf_[used],
        starts=whole.indptr,
        columns=whole.indices,
        values=whole.data,
        scale=scale,
        bias=bias,
    )
