"""The `marketplace` command: what it says first, what it exits with, and that it stands anywhere."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import click
import pytest

from marketplace.cli import cli, main
from marketplace.config import Settings
from marketplace.extensions import db
from marketplace.paths import MIGRATIONS
from tests.apps import as_it_was

ROOT = Path(__file__).resolve().parent.parent
TABLES_FIRST = "The database has no tables yet. Run `marketplace db upgrade` first.\n"
PLACE_FIRST = "There is no place yet. Run `marketplace places add` first.\n"
NEED_TABLES = [
    ["serve"],
    ["worker"],
    ["places", "add"],
    ["places", "load-postcodes", "gone.csv"],
    ["places", "load-boundaries", "gone.geojson"],
    ["places", "load-districts", "districts.csv"],
    ["import", "contracts-finder", "gone.csv"],
    ["import", "charities", "gone.csv"],
    ["match", "run"],
    ["match", "train"],
    ["digests", "send"],
    ["digests", "preview", "somebody@hall.example"],
    ["digests", "cancel"],
    ["digests", "status"],
    ["exposure", "report"],
    ["ledger", "verify"],
    ["ledger", "show"],
    ["ledger", "export"],
    ["search", "rebuild"],
    ["search", "check"],
    ["demo", "load"],
]
NEED_A_PLACE = [
    ["places", "load-boundaries", "gone.geojson"],
    ["import", "contracts-finder", "gone.csv"],
    ["import", "charities", "gone.csv"],
    ["match", "run"],
    ["match", "train"],
    ["digests", "send"],
    ["exposure", "report"],
    ["search", "rebuild"],
    ["search", "check"],
]
WITHOUT_TABLES = {
    ("db", "upgrade"),
    ("db", "downgrade"),
    ("bench", "search"),
    ("bench", "speed"),
    ("bench", "categories"),
    ("bench", "digests"),
    ("bench", "fairness"),
    ("bench", "ledger"),
    ("bench", "pledges"),
    ("bench", "race"),
    ("bench", "ranking"),
    ("categories", "train"),
    ("mail", "receive"),  # a letter to nobody is dropped before anything is looked up
}


@dataclass
class Said:
    status: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture) -> Run:
    """Run the command as a terminal would, on a data folder of its own."""
    for name in Settings.__dataclass_fields__:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def marketplace(*arguments: str, **env: str) -> Said:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        with as_it_was(), pytest.raises(SystemExit) as left:
            main(list(arguments))
        said = capsys.readouterr()
        return Said(int(left.value.code or 0), said.out, said.err)

    return marketplace


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and group, as what is typed."""
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def test_the_lists_here_leave_no_command_out():
    leaves = {path for path in commands() if not any(other[:-1] == path for other in commands())}
    covered = {tuple(word for word in each if "." not in word) for each in NEED_TABLES}

    assert leaves - covered == WITHOUT_TABLES


@pytest.mark.parametrize("path", [(), *commands()], ids=" ".join)
def test_every_command_says_what_it_is_for(run, path):
    said = run(*path, "--help")

    assert said.status == 0
    assert said.out.startswith(f"Usage: {' '.join(('marketplace', *path))}")
    described = said.out.split("\n\n")[1].strip()
    assert described.endswith(".") or ". " in described
    assert not Path("data").exists(), "asking for help makes nothing"


@pytest.mark.parametrize("command", NEED_TABLES, ids=" ".join)
def test_without_tables_a_command_says_what_to_do_first(run, command):
    Path("districts.csv").write_text("outcode,lat,lon\nDL14,54.66,-1.68\n")

    said = run(*command)

    assert (said.status, said.out) == (1, "")
    assert said.err.endswith(TABLES_FIRST)
    assert "Traceback" not in said.err


@pytest.mark.parametrize("command", NEED_A_PLACE, ids=" ".join)
def test_without_a_place_a_command_says_what_to_do_first(run, command):
    run("db", "upgrade")

    said = run(*command)
    assert (said.status, said.out, said.err) == (1, "", PLACE_FIRST)


def test_the_tables_are_made_undone_and_made_again(run):
    assert [run("db", "upgrade").status for _ in range(2)] == [0, 0]
    for _ in (MIGRATIONS / "versions").glob("*.py"):
        assert run("db", "downgrade").status == 0
    assert run("match", "run").err == TABLES_FIRST
    assert run("db", "upgrade").status == 0
    assert run("places", "add").status == 0
    assert run("match", "run").out == "new 0, changed 0, unchanged 0, retired 0, introduced 0\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("jump",), "No such command 'jump'"),
        (("match", "jump"), "No such command 'jump'"),
        (("match", "run", "--fast"), "No such option"),
        (("places", "load-postcodes"), "Missing argument 'FILE...'"),
        (("digests", "send", "--on", "tomorrow"), "does not match the format"),
    ],
)
def test_what_no_command_understands_exits_with_2(run, arguments, sentence):
    said = run(*arguments)

    assert said.status == 2
    assert sentence in said.err


def test_without_a_command_it_lists_them(run):
    said = run()

    assert said.status in (0, 2)
    for name in cli.commands:
        assert f"\n  {name} " in said.out + said.err


def test_a_setting_that_cannot_be_used_is_one_sentence(run):
    said = run("db", "upgrade", MAIL_URL="pigeon://loft")

    assert (said.status, said.out) == (1, "")
    assert said.err == (
        "MAIL_URL starts with “pigeon:”. Use files:, smtp://HOST:PORT, smtps://HOST:PORT or sendgrid:.\n"
    )


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite:////nowhere/at/all/board.db", "unable to open database file"),
        ("postgresql://nobody:hunter2@127.0.0.1:1/board?connect_timeout=2", "connection"),
    ],
)
def test_a_database_that_is_away_is_one_sentence_without_its_password(run, url, reason):
    said = run("match", "run", DATABASE_URL=url)

    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("The database cannot be used: ")
    assert reason in said.err
    assert "Traceback" not in said.err
    assert "hunter2" not in said.err


def test_ctrl_c_says_how_to_go_on(run, monkeypatch):
    monkeypatch.setattr("marketplace.places.queries.require_place", _interrupted)

    said = run("match", "run")
    assert said.status == 130
    assert "Run the same command again to go on." in said.err


def test_a_bug_is_not_hidden_behind_a_sentence(run, monkeypatch):
    monkeypatch.setattr("marketplace.places.queries.require_place", lambda: 1 / 0)

    with as_it_was(), pytest.raises(ZeroDivisionError):
        main(["match", "run"])


def test_it_stands_in_any_folder_and_stops_when_told(tmp_path):
    """`python -m marketplace` from elsewhere: its templates, tables and index are found all the same."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    env = {"DATA_DIR": str(tmp_path / "data"), "PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "marketplace"]
    made = subprocess.run(
        [*command, "db", "upgrade"], cwd=elsewhere, env=env, capture_output=True, text=True, check=False
    )
    assert (made.returncode, list(elsewhere.iterdir())) == (0, []), made.stderr

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    serving = subprocess.Popen(
        [*command, "serve", "--port", port], cwd=elsewhere, env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        health = _asked(f"http://127.0.0.1:{port}/health", until=time.monotonic() + 60)
        serving.send_signal(signal.SIGTERM)
        said = serving.communicate(timeout=30)[0]
    finally:
        serving.kill()
    assert '"database":"up"' in health
    assert said.startswith(f"Placeful is at http://127.0.0.1:{port}\n")
    assert said.endswith("Stopping.\n")
    assert serving.returncode == 0


def _asked(url: str, *, until: float) -> str:
    """What a server answers, once it does."""
    while True:
        try:
            with urlopen(url, timeout=5) as answer:  # noqa: S310  # an address on this machine
                return str(answer.read().decode())
        except URLError:
            assert time.monotonic() < until, "it never answered"
            time.sleep(0.05)


def _interrupted() -> None:
    raise click.Abort


def test_nothing_of_this_file_reached_the_shared_database(app):
    assert db.session.scalar(db.text("SELECT count(*) FROM place")) == 0
