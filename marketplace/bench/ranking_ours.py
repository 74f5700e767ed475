"""The product's own order of the suppliers known for an award: its lexicon, its features, its learning."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from marketplace.bench.awards import Award, Work
from marketplace.bench.ranking import Ours
from marketplace.bench.ranking_cases import Candidate, Case, cases
from search.ranking import SHIPPED, Give, Lexicon, Party, Want
from search.ranking.columns import Numbers, Table
from search.ranking.features import read
from search.ranking.learning import ChoiceModel, Lesson
from search.ranking.lexicon import Counted, Reading, count
from search.ranking.pairs import Pairs

SIDE = "spend"
GROWN = 1.1  # times the awards the lexicon was fitted on: then it is fitted anew
LEARN_EVERY = 25  # cases
AT_LEAST = 25  # cases, before anything is learned from them
HARD_ONES = 200  # candidates of each case that are learned from, besides the winners


def ours(taught: Sequence[Sequence[Award]]) -> Ours:
    """Our order. Its weights are those that came with the product, drawn towards what other files teach.

    With none, they are drawn as it goes to what the earlier days of the same file taught.
    """
    if not taught:
        return lambda asked: _answers(asked, dict(SHIPPED.weights[SIDE]), learning=True)
    lessons = [lesson for file in taught for lesson in _lessons(cases(file))]
    weights = ChoiceModel(SHIPPED.weights[SIDE]).fit(lessons).weights_
    return lambda asked: _answers(asked, weights, learning=False)


def _answers(asked: Iterable[Case], weights: Mapping[str, float], *, learning: bool) -> Iterator[list[str]]:
    known, learned_on = Known(), 0
    lessons: list[tuple[date, Lesson]] = []
    for case in asked:
        past = [lesson for day, lesson in lessons if day < case.asked.date]
        if learning and len(past) >= max(AT_LEAST, learned_on + LEARN_EVERY):
            weights = ChoiceModel(SHIPPED.weights[SIDE]).fit(past).weights_
            learned_on = len(past)
        names, values = known.read(case)
        scores = values @ np.array([weights[name] for name in NAMES])
        order = np.lexsort((names, -np.round(scores, 9)))
        yield [names[number] for number in order]
        if learning:
            lessons.append((case.asked.date, _lesson(case, names, values, order)))


def _lessons(asked: Iterable[Case]) -> Iterator[Lesson]:
    known, weights = Known(), np.array([SHIPPED.weights[SIDE][name] for name in NAMES])
    for case in asked:
        names, values = known.read(case)
        yield _lesson(case, names, values, np.argsort(-(values @ weights), kind="stable"))


def _lesson(case: Case, names: Sequence[str], values: Numbers, order: "np.ndarray") -> Lesson:
    """The case as a choice among its winners and those that looked most like them."""
    won = np.array([name in case.truth.winners for name in names])
    kept = np.union1d(order[:HARD_ONES], np.flatnonzero(won))
    chosen = np.flatnonzero(won[kept])
    return Lesson(values[kept], chosen, np.full(len(chosen), 1 / len(chosen)))


NAMES = tuple(SHIPPED.weights[SIDE])


@dataclass
class Known:
    """The works met so far, read by a lexicon of strictly earlier ones."""

    counted: list[Counted] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)  # of the works counted, in their order
    met: set[int] = field(default_factory=set)
    lexicon: Lexicon = field(default_factory=lambda: Lexicon.fit([]))
    fitted_on: int = 0
    readings: dict[int, Reading] = field(default_factory=dict)
    parties: dict[str, tuple[Candidate, Party]] = field(default_factory=dict)

    def read(self, case: Case) -> tuple[list[str], Numbers]:
        """The candidates' names, and candidates × features."""
        self._meet(work for candidate in case.candidates.values() for work in candidate.works)
        parties = [self._party(name, each) for name, each in case.candidates.items()]
        pairs = Pairs(Table.of([_want(case.asked)], parties, self.lexicon), SIDE, case.asked.date)
        values = np.stack([each[0] for each in read(pairs, SHIPPED.weights[SIDE]).values.values()], axis=1)
        return list(case.candidates), values

    def _meet(self, works: Iterable[Work]) -> None:
        """Count works not met before, and fit the lexicon anew when there are many more."""
        new = {work.number: work for work in works if work.number not in self.met}
        if new:
            counted = count([_text(work) for work in new.values()])
            self.counted.append(counted)
            self.numbers += new
            self.met |= set(new)
            self.readings |= dict(zip(new, self.lexicon.weigh(counted), strict=True))
        if len(self.met) > GROWN * self.fitted_on:
            self.lexicon, self.fitted_on = Lexicon.of(self.counted), len(self.met)
            read = (reading for each in self.counted for reading in self.lexicon.weigh(each))
            self.readings = dict(zip(self.numbers, read, strict=True))
            self.parties.clear()

    def _party(self, name: str, candidate: Candidate) -> Party:
        known = self.parties.get(name)
        if known is None or known[0] is not candidate:
            gives = tuple(self._give(name, candidate, work) for work in candidate.works)
            self.parties[name] = known = candidate, Party(name, gives)
        return known[1]

    def _give(self, name: str, candidate: Candidate, work: Work) -> Give:
        return Give(
            key=f"work:{work.number}",
            party=name,
            family="history",
            title=work.title,
            categories=_tree(work.cpv),
            point=candidate.where.point,
            value=work.value,
            done_on=work.date,
            reading=self.readings[work.number],
        )


def _want(work: Work) -> Want:
    return Want(
        key=work.id,
        party="",
        family="opportunity",
        title=work.title,
        text=work.description,
        categories=_tree(work.cpv),
        point=work.where.point,
        value=work.value,
    )


def _text(work: Work) -> Want:
    return Want(str(work.number), "", "opportunity", work.title, work.description)


def _tree(cpv: Iterable[str]) -> frozenset[str]:
    """CPV codes as paths: division, group, class, category. 45261900 → 45/452/4526/45261."""
    return frozenset(
        "/".join(code[:length] for length in range(2, 6) if length == 2 or code[length - 1] != "0")
        for code in cpv
        if len(code) >= 5
    )
