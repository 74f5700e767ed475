"""The ledger from a terminal: proving, showing, taking away; and the check that an outsider can make."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from marketplace.extensions import db
from marketplace.ledger.cli import ledger
from marketplace.ledger.models import LedgerHead
from tests.ledger.conftest import Book, entries
from tests.ledger.test_verifying import behind_its_back, totals

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "ledger.md"


@pytest.fixture
def said(app):
    """Run a command of the ledger; its exit status and what it printed."""

    def run(*arguments: str) -> tuple[int, str]:
        result = app.test_cli_runner().invoke(ledger, arguments)
        return result.exit_code, result.output

    return run


@pytest.fixture
def checker(tmp_path: Path) -> Path:
    """The program that docs/ledger.md gives to outsiders."""
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "check.py"
    path.write_text(program, "utf-8")
    assert len(program.splitlines()) <= 18
    return path


def checked(checker: Path, export: str) -> tuple[int, str]:
    path = checker.with_name("ledger.jsonl")
    path.write_text(export, "utf-8")
    done = subprocess.run(
        [sys.executable, checker, path], capture_output=True, text=True, check=False, cwd=checker.parent
    )
    return done.returncode, done.stdout + done.stderr


def test_a_whole_ledger_is_verified_with_status_0(book: Book, said):
    book.fill()
    head = db.session.get_one(LedgerHead, 1).hash

    assert said("verify") == (0, f"6 entries, 0 faults; the last hash is {head}\n")
    assert said("verify", "--since-last")[0] == 0


def test_a_ledger_that_was_tampered_with_is_named_with_status_1(book: Book, said):
    book.fill()
    behind_its_back("DELETE FROM ledger_entry WHERE id = 3", totals(-3))
    status, output = said("verify")

    assert status == 1
    assert output.startswith("Entry 3 is missing.\n")
    assert "entries, 1 fault; the last hash" in output


def test_an_entry_is_shown_with_its_corrections(book: Book, said):
    book.enter("pledge:1/promised", 5)
    book.correct("pledge:1/promised#2", "pledge:1/promised", -2)
    book.enter("pledge:2/promised", 4)
    db.session.commit()

    status, output = said("show", "pledge:1/promised")
    assert status == 0
    assert [line.split()[0] for line in output.splitlines()] == ["1", "2"]
    assert "-2 items" in output
    assert output.endswith("corrects 1\n")
    assert len(said("show", "--listing", str(book.need.id))[1].splitlines()) == 3
    assert len(said("show")[1].splitlines()) == 3
    assert said("show", "pledge:9/promised") == (0, "There is no such entry.\n")


def test_an_outsider_proves_the_export_with_a_few_lines(book: Book, said, checker):
    book.enter("pledge:0/promised", 2, measure="café “hours”")
    db.session.commit()
    for number in range(1, 6):
        book.enter(f"pledge:{number}/promised", number)
        db.session.commit()
    status, export = said("export")

    assert status == 0
    assert [json.loads(line)["hash"] for line in export.splitlines()] == [entry.hash for entry in entries()]
    assert checked(checker, export) == (0, f"6 entries, the last hash is {entries()[-1].hash}\n")
    assert said("export", "--after", "4")[1].splitlines() == export.splitlines()[4:]


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (lambda lines: [*lines[:2], *lines[3:]], "Entry 3 is missing"),
        (lambda lines: [lines[0].replace('"quantity":1', '"quantity":9'), *lines[1:]], "Entry 1 was changed"),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "Entry 2 is missing"),
    ],
)
def test_an_outsider_finds_what_was_changed(book: Book, said, checker, tamper, words):
    book.fill()
    lines = said("export")[1].splitlines(keepends=True)

    assert checked(checker, "".join(tamper(lines))) == (1, f"{words}\n")
