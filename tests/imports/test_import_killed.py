"""An import, or a ranking, killed half way and run again ends where an unbroken one does."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from marketplace.extensions import db
from marketplace.imports.contracts_finder import SUPPLIERS
from marketplace.matching.cli import match
from marketplace.matching.models import Match
from marketplace.organisations.models import Organisation, PastWork
from tests.imports.conftest import AWARD, CHARITY, NOTICE, write_csv

ROOT = Path(__file__).resolve().parents[2]
KEPT = {"place", "town", "district", "postcode"}
LOOKS = 3_000  # of 20 ms: a minute
TRADES = [("Roof", "45261000"), ("Lunch", "55520000"), ("Cleaning", "90910000"), ("Garden", "77310000")]


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(db.select(db.func.count()).select_from(model)) or 0


def empty() -> None:
    db.session.rollback()
    for table in reversed(db.metadata.sorted_tables):
        if table.name not in KEPT:
            db.session.execute(table.delete())
    db.session.commit()


@pytest.fixture
def kill_when(app: Flask, tmp_path: Path) -> Callable[..., int]:
    """Starts a command in a process of its own and kills it (-9) once a table has so many rows."""

    def _kill_when(model: type, at_least: int, *arguments: object) -> int:
        settings = app.config["SETTINGS"]
        env = {
            **os.environ,
            "DATABASE_URL": settings.database,
            "DATA_DIR": str(tmp_path / "data"),
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "marketplace", *map(str, arguments)]
        process = subprocess.Popen(
            command, env=env, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            for _ in range(LOOKS):
                if count(model) >= at_least or process.poll() is not None:
                    break
                try:
                    process.wait(0.02)
                except subprocess.TimeoutExpired:
                    continue
        finally:
            process.kill()
            process.wait()
        assert process.returncode == -signal.SIGKILL, "it ended before it could be killed"
        return count(model)

    return _kill_when


def awards(number: int, firms: int = 400) -> list[dict[str, str]]:
    """Awards whose suppliers come back in later batches, spelt otherwise and knowing more."""
    return [
        AWARD
        | {
            "Notice Identifier": f"A-{each}",
            "Title": f"{TRADES[each % 4][0]} work, part {each}",
            "Cpv Codes": TRADES[each % 4][1],
            SUPPLIERS: "".join(
                f"[Firm {(each * 7 + other) % firms} {'Ltd' if each % 2 else 'Limited'}|"
                f"{'Crook DL15 9AA' if each % 3 else ''}|"
                f"{'COMPANIES_HOUSE' if each % 5 else 'NONE_SOLE_TRADER'}|0{each % 400:07}|Yes|No]"
                for other in range(3)
            ),
        }
        for each in range(number)
    ]


def notices(number: int) -> list[dict[str, str]]:
    return [
        NOTICE
        | {
            "Notice Identifier": f"N-{each}",
            "Organisation Name": f"Council {each % 90}",
            "Title": f"{TRADES[each % 4][0]} work wanted, lot {each}",
            "Description": f"{TRADES[each % 4][0]} work at site {each}.",
            "Cpv Codes": TRADES[each % 4][1],
            "Closing Date": "31/12/2099",
        }
        for each in range(number)
    ]


def charities(number: int) -> list[dict[str, str]]:
    return [
        CHARITY | {"reg_number": str(each), "UKCAT": "AR303" if each % 2 else "ED101;CA103"}
        for each in range(number)
    ]


def test_an_import_of_notices_killed_half_way_ends_the_same(run, tmp_path, kill_when, everything):
    path = write_csv(tmp_path / "notices.csv", [*awards(800), *notices(100)])
    arguments = ("contracts-finder", path, "--on", "2026-11-23")

    reached = kill_when(PastWork, 600, "import", *arguments)
    again = run(*arguments)
    after_the_kill, total = everything(), count(PastWork)
    empty()
    run(*arguments)

    assert 600 <= reached < total == 2_400
    assert "unchanged 0" not in again.stdout
    assert again.stdout.startswith("new ")
    assert after_the_kill == everything()


def test_an_import_of_charities_killed_half_way_ends_the_same(run, tmp_path, kill_when, everything):
    path = write_csv(tmp_path / "charities.csv", charities(1_000))

    reached = kill_when(Organisation, 200, "import", "charities", path)
    run("charities", path)
    after_the_kill, total = everything(), count(Organisation)
    empty()
    run("charities", path)

    assert 200 <= reached < total == 1_000
    assert after_the_kill == everything()


def test_a_ranking_killed_half_way_ends_the_same(run, tmp_path, kill_when, everything):
    run("contracts-finder", write_csv(tmp_path / "all.csv", [*awards(40, firms=12), *notices(300)]))

    reached = kill_when(Match, 1, "match", "run")
    again = CliRunner().invoke(match, ["run"])
    after_the_kill, total = everything(), count(Match)
    db.session.execute(db.delete(Match))
    db.session.commit()
    unbroken = CliRunner().invoke(match, ["run"])

    assert (again.exit_code, unbroken.exit_code) == (0, 0)
    assert 0 < reached < total
    assert f"unchanged {reached}," in again.stdout
    assert after_the_kill == everything()
