"""`marketplace import ...`, and what every command says when there is nothing to work on yet."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from marketplace.audit.models import AuditEvent
from marketplace.cli import main
from marketplace.extensions import db
from tests.imports.conftest import AWARD, CHARITY, NOTICE, write_csv

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [
    ["import", "contracts-finder", "notices.csv"],
    ["import", "charities", "charities.csv"],
    ["match", "run"],
    ["digests", "send"],
    ["search", "rebuild"],
    ["places", "load-boundaries", "wards.geojson"],
]


@pytest.fixture
def logs_as_they_were():
    """The command line sets up logging for a process of its own."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    ours = {name: logging.getLogger(name).level for name in ("marketplace", "search")}
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    for name, level in ours.items():
        logging.getLogger(name).setLevel(level)


def test_two_files_with_the_same_notice_count_it_once(run, tmp_path):
    first = write_csv(tmp_path / "first.csv", [NOTICE, AWARD | {"Notice Identifier": "DCC-2"}])
    second = write_csv(tmp_path / "second.csv", [NOTICE, AWARD | {"Notice Identifier": "DCC-3"}])

    result = run("contracts-finder", first, second)

    assert result.exit_code == 0
    assert result.stdout == "new 3, changed 0, unchanged 0, rejected 0\n"
    assert "first.csv: 2 notices read" in result.stderr
    assert "Run `marketplace match run` to find who fits what." in result.stderr


def test_an_unreadable_file_fails_the_command_and_the_others_are_imported(run, tmp_path):
    good = write_csv(tmp_path / "good.csv", [NOTICE])
    other = write_csv(tmp_path / "other.csv", [CHARITY])

    result = run("contracts-finder", tmp_path / "gone.csv", other, good)

    assert result.exit_code == 1
    assert "Error: The file “gone.csv” can't be opened: No such file or directory." in result.stderr
    assert "Error: other.csv: The first line has no column called" in result.stderr
    assert result.stdout == "new 1, changed 0, unchanged 0, rejected 0\n"


def test_a_file_that_breaks_off_is_not_imported_by_half(run, tmp_path):
    path = write_csv(tmp_path / "charities.csv", [CHARITY])
    path.write_text(path.read_text() + '2,"never closed' + "x" * 200_000)

    result = run("charities", path)

    assert result.exit_code == 1
    assert "a quotation mark opened and never closed" in result.stderr
    assert result.stdout == "new 0, changed 0, unchanged 0, rejected 0\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_file_is_read_in_whatever_encoding_it_was_saved(run, tmp_path, organisation, encoding):
    path = write_csv(tmp_path / "n.csv", [NOTICE | {"Organisation Name": "Café Council – Crook"}], encoding)

    run("contracts-finder", path)

    assert organisation("Café Council – Crook")


def test_impossible_dates_are_put_right_and_told(run, tmp_path):
    path = write_csv(tmp_path / "awards.csv", [AWARD | {"Awarded Date": "01/12/2028"}])

    result = run("contracts-finder", path)

    assert "put right in reading: 1" in result.stderr
    assert "DCC-1: Its award is dated 1 December 2028, after the notice itself" in result.stderr


def test_records_are_saved_batch_by_batch(run, tmp_path, monkeypatch):
    monkeypatch.setattr("marketplace.imports.cli.BATCH", 2)
    rows = [AWARD | {"Notice Identifier": f"A-{number}"} for number in range(5)]

    result = run("contracts-finder", write_csv(tmp_path / "awards.csv", rows))

    assert result.stdout == "new 5, changed 0, unchanged 0, rejected 0\n"


def test_an_import_is_recorded_once_and_one_that_changes_nothing_is_not(run, tmp_path):
    path = write_csv(tmp_path / "charities.csv", [CHARITY])
    run("charities", path)
    run("charities", path)

    (event,) = db.session.scalars(db.select(AuditEvent).where(AuditEvent.name == "records.imported"))
    assert event.details == {"source": "charities", "new": 1, "changed": 0}


@pytest.mark.usefixtures("app", "logs_as_they_were")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_without_a_place_a_command_says_what_to_do_first(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main(command)

    assert ended.value.code == 1
    assert capsys.readouterr().err == "There is no place yet. Run `marketplace places add` first.\n"


def test_without_tables_every_command_says_what_to_do_first(tmp_path):
    script = (
        "import json, sys\n"
        "from marketplace.cli import main\n"
        "for command in json.loads(sys.argv[1]):\n"
        "    try: main(command)\n"
        "    except SystemExit as ended: print(ended.code, flush=True)\n"
    )
    commands = repr(COMMANDS).replace("'", '"')
    env = {**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": "", "PYTHONPATH": str(ROOT)}

    ended = subprocess.run(
        [sys.executable, "-c", script, commands],
        env=env, cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert ended.stdout.split() == ["1"] * len(COMMANDS)
    sentence = "The database has no tables yet. Run `marketplace db upgrade` first."
    assert ended.stderr.splitlines() == [sentence] * len(COMMANDS)
