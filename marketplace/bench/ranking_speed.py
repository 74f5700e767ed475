"""How fast matches are found and kept in a generated county, by the same verbs as everywhere else.

On SQLite and the embedded engine. Each measurement is a process of its own, one after another on the same
database, so that the memory it takes is known.
"""

import json
import resource
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from math import log10
from pathlib import Path
from random import Random
from typing import Any

from marketplace import clock, create_app
from marketplace.bench.apart import apart
from marketplace.bench.figures import Took, timed, times
from marketplace.bench.filling_ranking import Filled, fill
from marketplace.bench.generated import County
from marketplace.config import Settings
from marketplace.discovery import services as discovery
from marketplace.errors import NotSetUp
from marketplace.extensions import db
from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from marketplace.matching import running
from marketplace.matching.models import Match
from marketplace.setup import bring_up_to_date

WARM_UP = 10  # of each kind, before any is timed
TIMED = 250  # new listings, and organisations
REFRESHED = 10_000  # asks ranked against everybody, at most: the latest
KEPT = "county.json"  # in a folder that is kept: what was put in
SMALLEST = 1_000  # organisations where the curve begins


def measure(
    organisations: int, asks: int, seed: int, *, workers: int, curve: bool, folder: Path | None = None
) -> dict[str, Any]:
    """Every figure of a county of this size, and one listing's in smaller ones, each ten times the last.

    With a folder the county is kept there, or taken from there if it was built before.
    """
    sizes = [SMALLEST * 10**step for step in range(9) if SMALLEST * 10**step < organisations] if curve else []
    points = [_point(size, seed) for size in sizes]
    with _county(organisations, asks, seed, folder) as (here, filled):
        figures: dict[str, Any] = {
            "organisations": organisations,
            "asks": asks,
            "new_listing": apart(new_listings, here, filled.pop("drafts")[: TIMED + WARM_UP]),
            "one_organisation": apart(one_by_one, here, organisations, seed),
            "refresh": apart(refresh, here, filled.pop("open")[-REFRESHED:], workers),
            "build": filled,
        }
    points.append({"organisations": organisations, **figures["new_listing"]})
    return figures | {"curve": points, "growth": growth(points)}


def growth(points: Sequence[Mapping[str, Any]]) -> list[float]:
    """Between each size and the next, the power of the size that the time goes with: below 1 is less than
    in step with it."""
    return [
        round(
            log10(more["processor"]["p50"] / fewer["processor"]["p50"])
            / log10(more["organisations"] / fewer["organisations"]),
            3,
        )
        for fewer, more in pairwise(points)
    ]


def build(folder: str, organisations: int, asks: int, drafts: int, seed: int) -> dict[str, Any]:
    """Fill a database, index it, and read every text, with the product's own commands."""
    with _app(folder):
        bring_up_to_date()
        filling, filled = timed(partial(fill, County(seed), organisations, asks, drafts, today=clock.today()))
        indexing, documents = timed(discovery.rebuild)
        reading, texts = timed(lambda: sum(_committed(running.renew_readings(clock.now()))))
        return {
            **_ids(filled),
            "documents": documents,
            "texts_read": texts,
            "filling_seconds": round(filling.seconds, 1),
            "indexing_seconds": round(indexing.seconds, 1),
            "reading_seconds": round(reading.seconds, 1),
        }


def new_listings(folder: str, drafts: Sequence[int]) -> dict[str, Any]:
    """Asks published one after another; timed is what their job does, from candidates to the commit."""
    took = []
    with _app(folder):
        before = _matches()
        for number in drafts:
            listings.publish(db.session.get_one(Listing, number), actor=None, now=clock.now())
            db.session.commit()
            took.append(_job(partial(running.match_listing, number, now=clock.now())))
        kept = _matches() - before
    return {"listings": len(took[WARM_UP:]), "matches_each": round(kept / len(drafts), 1), **_times(took)}


def one_by_one(folder: str, organisations: int, seed: int) -> dict[str, Any]:
    """Organisations looked at one after another: found and ranked alone first, then stored too."""
    random = Random(f"{seed} organisations")  # noqa: S311  # repeatable, not secret
    chosen = random.sample(range(1, organisations + 1), min(organisations, TIMED + WARM_UP))
    with _app(folder):
        now = clock.now()
        using = running.means(now)
        ranked = [_job(partial(running.fits_of_organisations, [number], using)) for number in chosen]
        stored = [_job(partial(running.match_organisation, number, now=now)) for number in chosen]
    return {"organisations": len(stored[WARM_UP:]), "ranked": _times(ranked), "stored": _times(stored)}


def refresh(folder: str, asks: Sequence[int], workers: int) -> dict[str, Any]:
    """These asks, the latest there are, ranked against everybody; then what ends a run."""
    with _app(folder):
        counts, now = running.Counts(), clock.now()
        steps = running.run(now, after=asks[0] - 1, counts=counts, workers=workers)
        ranking, ranked = timed(lambda: [done for done, _ in _committed(steps)][-1])
        ending, _ = timed(lambda: list(_committed(running.finish(now, counts=counts))))
    return {
        "asks": ranked,
        "workers": workers,
        "seconds": round(ranking.seconds, 1),
        "processor_seconds": round(ranking.processor + _of_workers(), 1),
        "milliseconds_an_ask": round(1000 * ranking.seconds / ranked, 1),
        "matches": counts.new + counts.changed + counts.unchanged,
        "ending_seconds": round(ending.seconds, 1),
        "largest_worker_mib": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, 1),
    }


def table(figures: Mapping[str, Any]) -> list[str]:
    """The figures as people read them, a line each."""
    one, whole = figures["one_organisation"], figures["refresh"]
    lines = [
        f"Ranking, {figures['organisations']:,} organisations and {figures['asks']:,} open asks",
        _line("one new listing", figures["new_listing"]),
        _line("one organisation", one["stored"]),
        _line("  found and ranked only", one["ranked"]),
        f"{whole['asks']:,} asks ranked by {whole['workers']} in {whole['seconds']:,.0f} s "
        f"({whole['processor_seconds']:,.0f} s of the processor), {whole['ending_seconds']:,.0f} s more;"
        f" peak memory {whole['memory']['peak_mib']:,.0f} MiB, largest worker "
        f"{whole['largest_worker_mib']:,.0f} MiB.",
    ]
    for point in figures["curve"] if figures["growth"] else ():
        lines.append(_line(f"  listing, {point['organisations']:,}", point))
    if figures["growth"]:
        lines.append(f"Time goes with the number to the power of {', '.join(map(str, figures['growth']))}.")
    return lines


def _point(size: int, seed: int) -> dict[str, Any]:
    """One new listing in a county of this size, a tenth as many asks open."""
    with tempfile.TemporaryDirectory(prefix="placeful-bench-", ignore_cleanup_errors=True) as folder:
        filled = apart(build, folder, size, size // 10, TIMED + WARM_UP, seed)
        return {"organisations": size, **apart(new_listings, folder, filled["drafts"])}


@contextmanager
def _county(
    organisations: int, asks: int, seed: int, folder: Path | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """A county to be changed, and what was put in: new, or a copy of the one kept in a folder."""
    wanted = {"organisations": organisations, "asks": asks, "seed": seed}
    with tempfile.TemporaryDirectory(prefix="placeful-bench-", ignore_cleanup_errors=True) as here:
        if folder is None:
            yield here, apart(build, here, organisations, asks, TIMED + WARM_UP, seed)
            return
        kept = folder / KEPT
        if not kept.exists():
            filled = apart(build, str(folder), organisations, asks, TIMED + WARM_UP, seed)
            kept.write_text(json.dumps({"made": wanted, "filled": filled}), encoding="utf-8")
        known = json.loads(kept.read_text(encoding="utf-8"))
        if known["made"] != wanted:
            raise NotSetUp(f"{folder} holds another county: {known['made']}.")
        copy = Path(here) / "county"
        shutil.copytree(folder, copy)
        yield str(copy), known["filled"]


@contextmanager
def _app(folder: str) -> Iterator[None]:
    """The application on this folder."""
    settings = Settings(secret_key=secrets.token_hex(), data_dir=Path(folder), base_url="http://localhost")
    app = create_app(settings, RATELIMIT_ENABLED=False)
    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def _job(work: Callable[[], Any]) -> Took:
    """As the queue does it: carried out, committed, forgotten."""

    def done() -> None:
        work()
        db.session.commit()

    took, _ = timed(done)
    db.session.remove()
    return took


def _committed(steps: Iterator[Any]) -> Iterator[Any]:
    for step in steps:
        db.session.commit()
        db.session.expunge_all()
        yield step
    db.session.commit()


def _matches() -> int:
    return db.session.scalar(db.select(db.func.count(Match.id))) or 0


def _times(took: Sequence[Took]) -> dict[str, Any]:
    return times(took[WARM_UP:])


def _ids(filled: Filled) -> dict[str, list[int]]:
    return {"open": filled.open, "drafts": filled.drafts}


def _of_workers() -> float:
    """Seconds of the processor that processes begun here took, those that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _line(name: str, took: Mapping[str, Any]) -> str:
    return f"{name:<32}" + "".join(
        f"{value:>10.2f}" for value in (*(took[at] for at in ("p50", "p95", "p99")), took["processor"]["p95"])
    )
