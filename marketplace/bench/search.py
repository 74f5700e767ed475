"""How well search finds what is meant, misspelt or not: real documents, queries with graded answers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from marketplace.bench import records
from marketplace.bench.baselines import Bm25
from marketplace.bench.figures import difference, mean, ratio
from search.encoder import Encoder, to_encode
from search.engine import SearchEngine
from search.ranking.evaluation import ndcg
from search.schema import Document, Query

PLACE = "benchmark"
DEEP = 100  # answers written down for each query
SCORED = 10
DATES = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y", "%d %B %Y", "%d %b %Y")


@dataclass(frozen=True, slots=True)
class Asked:
    """One query: its words, perhaps misspelt as well, and the grade of each document that answers it."""

    id: str
    words: str
    misspelt: str
    grades: Mapping[str, int]


@dataclass(slots=True)
class Answers:
    """What one system answers to each query, by its id; `misspelt` only where there is such a form."""

    spelt: dict[str, Sequence[str]] = field(default_factory=dict)
    misspelt: dict[str, Sequence[str]] = field(default_factory=dict)


def documents(path: Path) -> dict[str, Document]:
    """The documents of a file by their ids; the last of equal ids wins, as in an index.

    CPV codes, from which the grades were made, are not read.
    """
    found: dict[str, Document] = {}
    for number, record in records.read(path):
        name = records.identifier(record, path, number)
        pounds = _pounds(record.get("value"))
        found[name] = Document(
            key=f"opportunity:{name}",
            family="opportunity",
            place=PLACE,
            title=records.text(record, "title"),
            body=records.text(record, "description"),
            organisation=records.text(record, "buyer"),
            value_low=pounds,
            value_high=pounds,
            closes_on=_day(record.get("closes_on")),
        )
    if not found:
        raise records.problem(path, 1, "there are no documents in this file.")
    return found


def queries(path: Path) -> list[Asked]:
    """The queries of a file; the last of equal ids wins."""
    found: dict[str, Asked] = {}
    for number, record in records.read(path):
        name = records.identifier(record, path, number)
        words = records.text(record, "query")
        if not words.strip():
            raise records.problem(
                path, number, "there is no query. Give what a person would type as “query”."
            )
        grades = _grades(record.get("relevant"), path, number)
        found[name] = Asked(name, words, records.text(record, "misspelt").strip(), grades)
    if not found:
        raise records.problem(path, 1, "there are no queries in this file.")
    return list(found.values())


def ask_engine(
    engine: SearchEngine,
    held: Mapping[str, Document],
    asked: Iterable[Asked],
    encoder: Encoder | None = None,
) -> Answers:
    """Index everything and ask everything, as a person of the place would; with an encoder by meaning too."""
    engine.rebuild(_with_vectors(held.values(), encoder) if encoder else held.values())
    names = {document.key: name for name, document in held.items()}

    def answer(words: str) -> list[str]:
        vector = tuple(map(float, encoder.encode([words])[0])) if encoder else None
        query = Query(words, place=PLACE, limit=DEEP, vector=vector)
        return [names[hit.key] for hit in engine.search(query).hits]

    return _answers(answer, asked)


def _with_vectors(documents: Collection[Document], encoder: Encoder) -> Iterable[Document]:
    made = encoder.encode([to_encode(document) for document in documents])
    for document, vector in zip(documents, made, strict=True):
        yield replace(document, vector=tuple(map(float, vector)))


def ask_bm25(held: Mapping[str, Document], asked: Iterable[Asked]) -> Answers:
    """The same of BM25, over title, description and buyer."""
    words = ((name, f"{each.title}\n{each.body}\n{each.organisation}") for name, each in held.items())
    plain = Bm25(words)
    return _answers(lambda text: plain.search(text, DEEP), asked)


def report(asked: Sequence[Asked], ours: Answers, theirs: Answers) -> dict[str, Any]:
    """The figures. Queries without a graded answer count nowhere: they can be neither right nor wrong."""
    scored = [each for each in asked if any(each.grades.values())]
    misspelt = [each for each in scored if each.misspelt]
    spelt_ours, spelt_theirs = _scores(scored, ours.spelt), _scores(scored, theirs.spelt)
    slips_ours, slips_theirs = _scores(misspelt, ours.misspelt), _scores(misspelt, theirs.misspelt)
    return {
        "queries": len(scored),
        "left_out": len(asked) - len(scored),
        "misspelt": {
            "queries": len(misspelt),
            **_compared(slips_ours, slips_theirs),
            "kept": ratio(mean(slips_ours), mean(_scores(misspelt, ours.spelt))),
            "bm25_kept": ratio(mean(slips_theirs), mean(_scores(misspelt, theirs.spelt))),
        },
        **_compared(spelt_ours, spelt_theirs),
        "found_nothing": sum(not ours.spelt[each.id] for each in asked),
    }


def run(asked: Iterable[Asked], ours: Answers) -> Iterable[dict[str, Any]]:
    """The answers, for anybody to score with code of their own."""
    for each in asked:
        yield {
            "id": each.id,
            "ranked": list(ours.spelt[each.id]),
            "misspelt": list(ours.misspelt.get(each.id, ())),
        }


def table(figures: Mapping[str, Any]) -> str:
    """The figures as people read them."""
    slips = figures["misspelt"]
    lines = [
        f"{'nDCG@10':<24}{'queries':>8}{'ours':>8}{'BM25':>8}{'ratio':>8}   95% interval of the difference"
    ]
    for name, part in (("as written", figures), ("misspelt", slips)):
        low, high = part["difference_95"]
        times = "–" if part["ratio"] is None else f"{part['ratio']:.3f}"
        scores = f"{part['ndcg_at_10']:>8.3f}{part['bm25_ndcg_at_10']:>8.3f}{times:>8}"
        lines.append(f"{name:<24}{part['queries']:>8}{scores}   {low:+.3f} to {high:+.3f}")
    kept = ["–" if slips[name] is None else f"{slips[name]:.1%}" for name in ("kept", "bm25_kept")]
    lines.append(f"{'kept when misspelt':<32}{kept[0]:>8}{kept[1]:>8}")
    if figures["left_out"]:
        lines.append(f"{figures['left_out']} queries have no graded answer and are left out of the figures.")
    return "\n".join(lines)


def _answers(answer: Any, asked: Iterable[Asked]) -> Answers:
    found = Answers()
    for each in asked:
        found.spelt[each.id] = answer(each.words)
        if each.misspelt:
            found.misspelt[each.id] = answer(each.misspelt)
    return found


def _scores(asked: Iterable[Asked], answered: Mapping[str, Sequence[str]]) -> list[float]:
    return [ndcg(answered[each.id], each.grades, SCORED) for each in asked]


def _compared(ours: Sequence[float], theirs: Sequence[float]) -> dict[str, Any]:
    return {
        "ndcg_at_10": round(mean(ours), 4),
        "bm25_ndcg_at_10": round(mean(theirs), 4),
        "ratio": ratio(mean(ours), mean(theirs)),
        "difference_95": [round(edge, 4) for edge in difference(ours, theirs)],
    }


def _grades(said: Any, path: Path, number: int) -> dict[str, int]:
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise records.problem(path, number, "“relevant” must name each document with its grade, 1 to 3.")
    whole = all(isinstance(grade, int) and not isinstance(grade, bool) for grade in said.values())
    if not whole or not all(0 <= grade <= 10 for grade in said.values()):
        raise records.problem(path, number, "a grade in “relevant” is not a whole number from 0 to 10.")
    return said


def _pounds(said: Any) -> int | None:
    """Whole pounds; nothing of what is not a sensible sum."""
    usable = isinstance(said, int | float) and not isinstance(said, bool) and 0 <= said < 1e15
    return int(said) if usable else None


def _day(said: Any) -> date | None:
    """A day however it is written, day before month; nothing of what is not one."""
    if not isinstance(said, str):
        return None
    first = said.strip()[:10] if said.strip()[:4].isdigit() else said.strip().partition("T")[0]
    for read in (date.fromisoformat, *(_in(form) for form in DATES)):
        try:
            return read(first)
        except ValueError:
            continue
    return None


def _in(form: str) -> Any:
    return lambda said: datetime.strptime(said, form).date()  # noqa: DTZ007  # a day, not an instant
