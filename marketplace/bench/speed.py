"""How fast search is on a generated county of any size, beside SQLite's full-text search in the same run."""

import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from marketplace.bench import fts5
from marketplace.bench.apart import apart, machine
from marketplace.bench.engines import EMBEDDED, Home, home
from marketplace.bench.figures import Took, milliseconds, ratio, timed, times
from marketplace.bench.generated import PLACE, County, audience_of, place_of
from marketplace.bench.questions import Question, beginnings, questions
from search.engine import SearchEngine
from search.schema import PUBLIC, Document, Hit, Query, Results

WARM_UP = 50  # questions asked before any is timed
PAGES = 300  # at most
BASELINE_QUERIES = 200  # the first of those asked of the engine
UPSERTS = 30
PATIENCE_SECONDS = 10.0  # for one change to be found
BREATH_SECONDS = 0.002  # between two looks for it


@dataclass(frozen=True, slots=True)
class Changed:
    """Seconds from handing a changed listing over until a search finds it, and until it is written."""

    found: float
    done: float


class Generating:
    """Documents as they are made, and how long the making takes, which is no part of indexing."""

    def __init__(self, documents: Iterator[Document]) -> None:
        self.seconds = 0.0
        self._documents = documents

    def __iter__(self) -> "Generating":
        return self

    def __next__(self) -> Document:
        began = time.perf_counter()
        try:
            return next(self._documents)
        finally:
            self.seconds += time.perf_counter() - began


@dataclass(frozen=True, slots=True)
class Ranked:
    """How large a county to rank, with how many workers, and whether in smaller ones before it."""

    organisations: int
    asks: int
    workers: int = 1
    curve: bool = False
    folder: Path | None = None  # where to keep the county, for another time


def measure(
    engine: str, *, listings: int, queries: int, seed: int, pages: bool = False, ranked: Ranked | None = None
) -> dict[str, Any]:
    """Every figure of one run."""
    with home(engine) as place:
        built = apart(build, place, listings, seed)
        searched = apart(search, place, listings, queries, seed)
    figures = {"machine": machine(), "index": built, **searched}
    plain = apart(baseline_search, listings, min(queries, BASELINE_QUERIES), seed)
    ours = figures.pop("first_ones")
    figures["fts5"] = {
        **plain,
        "ours": ours,
        "times_faster_at_p95": ratio(plain["whole_question"]["p95"], ours["p95"]),
        "times_less_processor_at_p95": ratio(
            plain["whole_question"]["processor"]["p95"], ours["processor"]["p95"]
        ),
        "words_alone_times_faster_at_p95": ratio(plain["words_alone"]["p95"], ours["p95"]),
    }
    if pages:
        figures["pages"] = apart(search_pages, listings, min(queries, PAGES), seed)
    if ranked:
        from marketplace.bench.ranking_speed import measure as measure_ranking

        figures["ranking"] = measure_ranking(
            ranked.organisations,
            ranked.asks,
            seed,
            workers=ranked.workers,
            curve=ranked.curve,
            folder=ranked.folder,
        )
    return figures


def build(place: Home, listings: int, seed: int) -> dict[str, Any]:
    """Index everything from nothing."""
    county = County(seed)
    next(county.documents(1))  # the words listings are made of, which take a while
    made = Generating(county.documents(listings))
    began = time.perf_counter()
    place.open().rebuild(made)
    took = time.perf_counter() - began
    return {
        "seconds": round(took, 2),
        "of_them_generating": round(made.seconds, 2),
        "listings_per_second": round(listings / took),
        "listings_per_second_without_generating": round(listings / (took - made.seconds)),
        "disk_mib": _mebibytes(place),
    }


def search(place: Home, listings: int, queries: int, seed: int) -> dict[str, Any]:
    """Ask everything, one question after another, of an engine just opened."""
    county, engine = County(seed), place.open()
    asked = list(questions(county, listings, queries))
    warm_up = list(questions(county, listings, WARM_UP, salt=2))
    typed = list(beginnings(county, listings, max(1, queries // 2)))
    first = _ask(engine, warm_up[0].query)[0].seconds
    for question in warm_up:
        engine.search(question.query)
    took, leaks, empty = [], 0, 0
    for question in asked:
        one, found = _ask(engine, question.query)
        took.append(one)
        leaks += sum(not _may_be_seen(hit, question.query) for hit in found.hits)
        empty += not found.hits
    suggested = [timed(partial(engine.suggest, query))[0] for query in typed]
    changes = list(_changes(engine, county, listings))
    return {
        "search": {**times(took), "parts": _parts(asked, took)},
        "first_ones": times(took[:BASELINE_QUERIES]),
        "first_search_after_opening_ms": round(first * 1000, 1),
        "answers": len(asked),
        "found_nothing": empty,
        "leaks": leaks,
        "suggest": times(suggested),
        "change_to_found": milliseconds([each.found for each in changes]),
        "change_to_done": milliseconds([each.done for each in changes]),
    }


def baseline_search(listings: int, queries: int, seed: int) -> dict[str, Any]:
    """The same listings and questions in SQLite."""
    county = County(seed)
    asked = list(questions(county, listings, queries))
    warm_up = list(questions(county, listings, WARM_UP, salt=2))
    with tempfile.TemporaryDirectory(prefix="placeful-bench-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "fts5.db"
        fts5.build(county, listings, path)
        return {
            "queries": len(asked),
            "whole_question": times(fts5.search(path, fts5.whole_question, asked, warm_up)),
            "words_alone": times(fts5.search(path, fts5.words_alone, asked, warm_up)),
        }


def search_pages(listings: int, pages: int, seed: int) -> dict[str, Any]:
    """The search page with the embedded engine and SQLite, through the application."""
    from marketplace.bench.pages import measure as measure_pages

    return measure_pages(listings, pages, seed)


def _ask(engine: SearchEngine, query: Query) -> tuple[Took, Results]:
    return timed(lambda: engine.search(query))


def _may_be_seen(hit: Hit, query: Query) -> bool:
    number = int(hit.key.partition(":")[2])
    return place_of(number) == query.place and audience_of(number) in query.audiences


def _parts(asked: Iterable[Question], took: Sequence[Took]) -> dict[str, Any]:
    """The same times by what was asked."""
    parts: dict[str, list[Took]] = defaultdict(list)
    for question, one in zip(asked, took, strict=True):
        query = question.query
        parts[question.way].append(one)
        parts[f"by {query.sort}"].append(one)
        parts["near" if query.within_miles is not None else "anywhere"].append(one)
        parts["filtered" if query.filters or query.closes_within else "not filtered"].append(one)
    return {name: {"queries": len(of), **times(of)} for name, of in parts.items()}


def _changes(engine: SearchEngine, county: County, listings: int) -> Iterator[Changed]:
    """Changed listings handed over one by one, while somebody else asks for them."""
    with ThreadPoolExecutor(1) as worker:
        for number in range(min(UPSERTS, listings)):
            word = f"zyzzyx{number}q"
            changed = replace(county.document(number), title=f"Wanted: {word}", place=PLACE, audience=PUBLIC)
            began = time.perf_counter()
            writing = worker.submit(engine.upsert, [changed])
            found = _found(engine, Query(word, place=PLACE), until=began + PATIENCE_SECONDS)
            writing.result()
            yield Changed(found - began, time.perf_counter() - began)


def _found(engine: SearchEngine, query: Query, *, until: float) -> float:
    """When it was first found, or when we gave up."""
    while not engine.search(query).hits and time.perf_counter() < until:
        time.sleep(BREATH_SECONDS)
    return time.perf_counter()


def _mebibytes(place: Home) -> float | None:
    if place.engine != EMBEDDED:
        return None
    files = (path for path in Path(place.where).rglob("*") if path.is_file())
    return round(sum(path.stat().st_size for path in files) / 2**20, 1)


def table(figures: Mapping[str, Any]) -> str:
    """The figures as people read them."""
    index, memory, plain = figures["index"], figures["memory"], figures["fts5"]
    lines = [
        f"Indexing: {index['listings_per_second']:,} listings a second, "
        f"{index['listings_per_second_without_generating']:,} without making them; "
        f"peak memory {index['memory']['peak_mib']:,.0f} MiB.",
        f"Searching: peak memory {memory['peak_mib']:,.0f} MiB; {figures['leaks']} answers nobody may see.",
        "",
        f"{'milliseconds':<32}{'p50':>10}{'p95':>10}{'p99':>10}   of the processor at p95",
        _line("search", figures["search"]),
        *(_line(f"  {name}", part) for name, part in figures["search"]["parts"].items()),
        _line("suggest", figures["suggest"]),
        _line("change until found", figures["change_to_found"]),
        _line("change until written", figures["change_to_done"]),
        _line("SQLite FTS5, the whole question", plain["whole_question"]),
        _line("SQLite FTS5, the words alone", plain["words_alone"]),
        _line("search, the same questions", plain["ours"]),
        f"At p95 FTS5 takes {plain['times_faster_at_p95']} times our time for the whole question, "
        f"and {plain['words_alone_times_faster_at_p95']} times for the words alone.",
    ]
    if "pages" in figures:
        lines.append(_line("search page", figures["pages"]))
        lines.append(f"At most {figures['pages']['most_statements']} SQL statements a page.")
    if "ranking" in figures:
        from marketplace.bench.ranking_speed import table as ranking_table

        lines += ranking_table(figures["ranking"])
    return "\n".join(lines)


def _line(name: str, took: Mapping[str, Any]) -> str:
    beside = f"{took['processor']['p95']:>10.2f}" if "processor" in took else ""
    return f"{name:<32}" + "".join(f"{took[at]:>10.2f}" for at in ("p50", "p95", "p99")) + beside
