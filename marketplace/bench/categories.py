"""What kind of group is this? UK-CAT suggested and ICNP/TSO ranked from what charities say of themselves.

Codes are learnt by ridge regression on words, pairs of words and runs of letters, all codes at once. Without
a file to learn from, the file itself is cut into five parts, and the other four teach how to answer each.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from marketplace.bench import records
from marketplace.errors import Refused
from search.classify import terms
from search.classify_training import f1
from search.text import normalise

PARTS = 5
RIDGE = 2.0  # how far answers are held back from following each text
MOST = 8_000  # texts learnt from: their likeness to each other has to fit in memory
CUTS = tuple(round(0.10 + 0.01 * step, 2) for step in range(41))
FEWEST = 20  # charities with codes, below which there is nothing to learn

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Charity:
    """What a charity says it does, and the codes somebody gave it."""

    id: str
    activities: str
    objects: str
    ukcat: tuple[str, ...]
    icnptso: str

    @property
    def text(self) -> str:
        return f"{self.activities} {self.objects}"


@dataclass(frozen=True, slots=True)
class Answer:
    """Codes for one charity: those suggested, and the others ranked, best first."""

    ukcat: tuple[str, ...]
    icnptso: tuple[str, ...]


def charities(path: Path) -> list[Charity]:
    """Every charity of a file, in its order."""
    found = []
    for number, row in records.read(path):
        codes = row.get("ukcat")
        found.append(
            Charity(
                id=records.identifier(row, path, number),
                activities=records.text(row, "activities"),
                objects=records.text(row, "objects"),
                ukcat=tuple(str(code) for code in codes) if isinstance(codes, list) else (),
                icnptso=records.text(row, "icnptso"),
            )
        )
    if not found:
        raise Refused(f"{path.name} has no charities.")
    return found


def learnt_elsewhere(asked: Sequence[Charity], taught: Sequence[Charity]) -> list[Answer]:
    """Answers from another file; a charity that is in both is not learnt from."""
    known = {each.id for each in asked}
    return _answer(asked, [each for each in taught if each.id not in known])


def cross_validated(asked: Sequence[Charity]) -> list[Answer]:
    """Answers from the file itself, each from parts it is not in."""
    part = np.random.default_rng(0).permutation(len(asked)) % PARTS
    answers: dict[int, Answer] = {}
    for number in range(PARTS):
        here, there = np.flatnonzero(part == number).tolist(), np.flatnonzero(part != number).tolist()
        found = _answer([asked[row] for row in here], [asked[row] for row in there])
        answers |= dict(zip(here, found, strict=True))
    return [answers[row] for row in range(len(asked))]


def figures(asked: Sequence[Charity], answers: Sequence[Answer]) -> dict[str, Any]:
    """Micro F1 of the codes suggested; how often the first, and any of the first three, ranked is right.

    Charities nobody gave a code are left out of the figure that needs one.
    """
    both = list(zip(asked, answers, strict=True))
    tagged = [(one, said) for one, said in both if one.ukcat]
    ranked = [(one, said) for one, said in both if one.icnptso]
    count = len(ranked) or 1
    return {
        "ukcat": {"charities": len(tagged), "micro_f1": f1((one.ukcat, said.ukcat) for one, said in tagged)},
        "icnptso": {
            "charities": len(ranked),
            "top_1": round(sum(one.icnptso in said.icnptso[:1] for one, said in ranked) / count, 4),
            "top_3": round(sum(one.icnptso in said.icnptso[:3] for one, said in ranked) / count, 4),
        },
    }


def run(asked: Sequence[Charity], answers: Sequence[Answer]) -> Iterator[Mapping[str, Any]]:
    """The answers as others can score them."""
    for one, said in zip(asked, answers, strict=True):
        yield {"id": one.id, "ukcat": list(said.ukcat), "icnptso": list(said.icnptso)}


def table(told: Mapping[str, Any]) -> str:
    """The figures for people."""
    ukcat, icnptso = told["ukcat"], told["icnptso"]
    return (
        f"UK-CAT    {ukcat['charities']:>6,} charities   micro F1 {ukcat['micro_f1']:.3f}\n"
        f"ICNP/TSO  {icnptso['charities']:>6,} charities   top 1 {icnptso['top_1']:.3f}   "
        f"top 3 {icnptso['top_3']:.3f}"
    )


def _answer(asked: Sequence[Charity], taught: Sequence[Charity]) -> list[Answer]:
    taught = [each for each in taught if each.text.strip() and (each.ukcat or each.icnptso)]
    if len(taught) < FEWEST:
        raise Refused(
            f"There are {len(taught)} charities with codes to learn from; at least {FEWEST} are needed."
        )
    if len(taught) > MOST:
        keep = np.sort(np.random.default_rng(0).permutation(len(taught))[:MOST])
        taught = [taught[row] for row in keep.tolist()]
    ukcat = sorted({code for each in taught for code in each.ukcat})
    icnptso = sorted({each.icnptso for each in taught if each.icnptso})
    marks = np.hstack(
        [_marks([each.ukcat for each in taught], ukcat), _marks([[e.icnptso] for e in taught], icnptso)]
    )
    scores, rehearsed = _ridge(taught, marks, asked)
    cut = _best_cut(rehearsed[:, : len(ukcat)], marks[:, : len(ukcat)])
    return [
        Answer(
            ukcat=tuple(ukcat[at] for at in np.argsort(-row[: len(ukcat)], kind="stable") if row[at] >= cut),
            icnptso=tuple(icnptso[at] for at in np.argsort(-row[len(ukcat) :], kind="stable")),
        )
        for row in scores
    ]


def _ridge(taught: Sequence[Charity], marks: Numbers, asked: Sequence[Charity]) -> tuple[Numbers, Numbers]:
    """Scores of every code for those asked; and for those taught, as if each had been left out."""
    here, there = _readings(taught, asked)
    alike = (here @ here.T).toarray()
    inverse = np.linalg.inv(alike + RIDGE * np.eye(len(taught)))
    weights = inverse @ marks
    return (there @ here.T).toarray() @ weights, marks - weights / np.diag(inverse)[:, None]


def _readings(taught: Sequence[Charity], asked: Sequence[Charity]) -> tuple[csr_matrix, csr_matrix]:
    """Words of all that is said, of the activities once more, and runs of letters, which forgive spelling."""
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2)
    vectors = (
        (TfidfVectorizer(analyzer=terms, sublinear_tf=True), lambda each: each.text),
        (TfidfVectorizer(analyzer=terms, sublinear_tf=True), lambda each: each.activities),
        (letters, lambda each: normalise(each.text)),
    )
    here, there = [], []
    for vector, read in vectors:
        here.append(vector.fit_transform(map(read, taught)))
        there.append(vector.transform(map(read, asked)))
    return hstack(here).tocsr(), hstack(there).tocsr()


def _marks(given: Sequence[Sequence[str]], codes: Sequence[str]) -> Numbers:
    place = {code: at for at, code in enumerate(codes)}
    marks = np.zeros((len(given), len(codes)))
    for row, some in enumerate(given):
        marks[row, [place[code] for code in some if code in place]] = 1
    return marks


def _best_cut(scores: Numbers, marks: Numbers) -> float:
    """The score from which suggesting a code pays best, by micro F1."""

    def pays(cut: float) -> float:
        said = scores >= cut
        return float(2 * (said & (marks > 0)).sum() / max(1.0, said.sum() + marks.sum()))

    return max(CUTS, key=pays)
