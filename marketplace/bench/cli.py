"""Benchmarks from a terminal. The last line printed is always one JSON object."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marketplace.errors import NotSetUp

if TYPE_CHECKING:
    from search.encoder import Encoder

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ENGINE = click.option(
    "--engine",
    "engine_name",
    type=click.Choice(("embedded", "meilisearch")),
    default="embedded",
    show_default=True,
    help="Where to search; Meilisearch needs SEARCH_URL and SEARCH_KEY.",
)


@click.group
def bench() -> None:
    """Measure how well and how fast this works."""


def say(figures: dict[str, Any], table: str) -> None:
    """The table for people, then one line for programs."""
    click.echo(table)
    click.echo(json.dumps(figures, ensure_ascii=False))


@bench.command("search")
@click.argument("documents", type=FILE)
@click.argument("queries", type=FILE)
@ENGINE
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the answers here.")
@click.option(
    "--semantic",
    "model",
    is_flag=False,
    flag_value="all-MiniLM-L6-v2",
    metavar="[MODEL]",
    help="Search by meaning too, with this model; needs the extra `semantic`.",
)
def search(documents: Path, queries: Path, engine_name: str, out: Path | None, model: str | None) -> None:
    """How well search finds what is meant, misspelt or not, beside stemmed BM25."""
    from marketplace.bench import records
    from marketplace.bench import search as bench_search
    from marketplace.bench.engines import home

    held, asked = bench_search.documents(documents), bench_search.queries(queries)
    encoder = _encoder(model) if model else None
    with home(engine_name) as place:
        engine = place.open(encoder.size if encoder else None)
        ours = bench_search.ask_engine(engine, held, asked, encoder)
    figures = bench_search.report(asked, ours, bench_search.ask_bm25(held, asked))
    if out:
        records.write(out, bench_search.run(asked, ours))
    about = {"benchmark": "search", "engine": engine_name, "semantic": model, "documents": len(held)}
    say(about | figures, bench_search.table(figures))


def _encoder(model: str) -> "Encoder":
    from search.encoder import EncoderUnavailable, load_encoder

    try:
        return load_encoder(model)
    except EncoderUnavailable as problem:
        raise NotSetUp(f"{problem}.") from None


@bench.command("speed")
@click.option("--listings", type=click.IntRange(min=100), default=10_000, show_default=True)
@click.option("--queries", type=click.IntRange(min=1), default=1_000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--pages", is_flag=True, help="Measure the search page through the application as well.")
@click.option("--ranking", is_flag=True, help="Measure finding and keeping matches as well.")
@click.option("--organisations", type=click.IntRange(min=20), default=10_000, show_default=True)
@click.option("--asks", type=click.IntRange(min=10), default=1_000, show_default=True)
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--curve", is_flag=True, help="Rank in smaller counties too, to see how time grows.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the county that is ranked here, and rank a copy of it next time.",
)
@ENGINE
def speed(
    *,
    listings: int,
    queries: int,
    seed: int,
    pages: bool,
    ranking: bool,
    organisations: int,
    asks: int,
    workers: int,
    curve: bool,
    folder: Path | None,
    engine_name: str,
) -> None:
    """How fast search is on generated listings, beside SQLite's full-text search; maybe ranking, too."""
    from marketplace.bench import speed as bench_speed

    ranked = bench_speed.Ranked(organisations, asks, workers, curve, folder) if ranking else None
    figures = bench_speed.measure(
        engine_name, listings=listings, queries=queries, seed=seed, pages=pages, ranked=ranked
    )
    about = {
        "benchmark": "speed",
        "engine": engine_name,
        "listings": listings,
        "queries": queries,
        "seed": seed,
    }
    say(about | figures, bench_speed.table(figures))


@bench.command("categories")
@click.argument("charities", type=FILE)
@click.option(
    "--train", "teacher", type=FILE, help="Learn from this file; otherwise from the file itself, in parts."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the answers here.")
def categories(charities: Path, teacher: Path | None, out: Path | None) -> None:
    """How well the kind of a group is told from what it says of itself."""
    from marketplace.bench import categories as bench_categories
    from marketplace.bench import records

    asked = bench_categories.charities(charities)
    if teacher:
        answers = bench_categories.learnt_elsewhere(asked, bench_categories.charities(teacher))
    else:
        answers = bench_categories.cross_validated(asked)
    figures = bench_categories.figures(asked, answers)
    if out:
        records.write(out, bench_categories.run(asked, answers))
    learnt = f"from {teacher.name}" if teacher else f"in {bench_categories.PARTS} parts, each from the others"
    about = {"benchmark": "categories", "charities": len(asked), "learnt": learnt}
    say(about | figures, bench_categories.table(figures))


@bench.command("ranking")
@click.argument("awards", type=FILE)
@click.option(
    "--train", "teachers", type=FILE, multiple=True, help="Learn from the awards of this file first."
)
@click.option(
    "--postcodes",
    type=FILE,
    help="A CSV file of postcode districts (outcode, lat, lon), for distances far from our place.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the answers here.")
def ranking(awards: Path, teachers: tuple[Path, ...], postcodes: Path | None, out: Path | None) -> None:
    """How well the supplier who won is told from everybody known before, beside plain orders."""
    from marketplace.bench import awards as bench_awards
    from marketplace.bench import ranking as bench_ranking
    from marketplace.bench.ranking_ours import ours

    points = bench_awards.middles(postcodes)
    asked = bench_awards.read(awards, points)
    taught = [bench_awards.without(bench_awards.read(teacher, points), asked) for teacher in teachers]
    scored = bench_ranking.measure(asked, ours(taught), out)
    figures = bench_ranking.report(scored)
    about = {
        "benchmark": "ranking",
        "awards": len(asked),
        "learnt_from": [teacher.name for teacher in teachers],
    }
    say(about | figures, bench_ranking.table(figures))


@bench.command("fairness")
@click.option("--days", type=click.IntRange(min=1), default=28, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write each day’s figures here.")
def fairness(days: int, seed: int, out: Path | None) -> None:
    """How fairly exposure is shared and introductions are made, in a generated county."""
    from marketplace.bench import fairness as bench_fairness
    from marketplace.bench import records

    done = bench_fairness.measure(days, seed)
    figures = bench_fairness.report(done)
    if out:
        records.write(out, done.by_day)
    say({"benchmark": "fairness", "days": days, "seed": seed} | figures, bench_fairness.table(figures))


@bench.command("race")
@click.option("--clients", type=click.IntRange(min=1), default=64, show_default=True)
@click.option(
    "--attempts", type=click.IntRange(min=1), default=10_000, show_default=True, help="Of each kind."
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option(
    "--database",
    "databases",
    multiple=True,
    metavar="URL",
    help="An empty PostgreSQL database to race on as well; what is in it is lost.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=0),
    default=0,
    help="Server processes that answer them, of one thread each; without it the threads of one.",
)
def race(clients: int, attempts: int, seed: int, databases: tuple[str, ...], processes: int) -> None:
    """Many clients promise, accept, call off, change and expire at once: nothing over, doubled or lost."""
    from marketplace.bench import race as bench_race

    runs = [
        bench_race.measure(url, clients=clients, attempts=attempts, seed=seed, processes=processes)
        for url in ("", *databases)
    ]
    say({"benchmark": "race", "runs": runs}, bench_race.table(runs))


@bench.command("ledger")
@click.option("--entries", type=click.IntRange(min=10), default=1_000_000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option(
    "--database",
    "databases",
    multiple=True,
    metavar="URL",
    help="An empty PostgreSQL database to fill as well.",
)
def ledger(entries: int, seed: int, databases: tuple[str, ...]) -> None:
    """How long it takes to prove a ledger of this many entries, and to find the one that was changed."""
    from marketplace.bench import ledger as bench_ledger

    runs = [bench_ledger.measure(url, entries, seed) for url in ("", *databases)]
    say({"benchmark": "ledger", "seed": seed, "runs": runs}, bench_ledger.table(runs))


@bench.command("pledges")
@click.option("--pledges", type=click.IntRange(min=100), default=100_000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
def pledges(pledges: int, seed: int) -> None:
    """How fast the pages about promises come with many in the database, and with how many statements."""
    from marketplace.bench import pledge_pages

    figures = pledge_pages.measure(pledges, seed)
    say({"benchmark": "pledges", "seed": seed} | figures, pledge_pages.table(figures))


@bench.command("digests")
@click.option("--people", type=click.IntRange(min=20), default=100_000, show_default=True)
@click.option(
    "--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Processes that choose."
)
@click.option(
    "--rate",
    type=click.IntRange(min=0, max=100_000),
    default=0,
    help="Letters a second at most; without it as fast as it goes.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--leaving", is_flag=True, help="Have people go while letters are handed over.")
def digests(people: int, workers: int, rate: int, seed: int, *, leaving: bool) -> None:
    """How fast the digests of a day are chosen, written and handed over, and what else waits meanwhile."""
    from marketplace.bench import digests as bench_digests

    figures = bench_digests.measure(people, workers=workers, rate=rate, seed=seed, leaving=leaving)
    say({"benchmark": "digests"} | figures, bench_digests.table(figures))
