"""Loading the demo where there is something already, and loading it with the power cut."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from marketplace.demo import queries, services
from marketplace.demo.cli import demo as command
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.mail.models import MailMessage
from marketplace.organisations.models import Organisation
from marketplace.paths import ROOT
from marketplace.places import services as place_services
from search.embedded import EmbeddedEngine
from tests.demo.conftest import MONDAY, everything
from tests.factories import OrganisationFactory

WRITING, WRITTEN = "Telling", "Building"  # how the two lines of progress begin


def test_the_demo_is_not_mixed_with_real_organisations(app: Flask):
    OrganisationFactory()
    db.session.commit()

    answer = CliRunner().invoke(command, ["load"])

    assert isinstance(answer.exception, Refused)
    assert "holds real organisations" in str(answer.exception)
    db.session.rollback()
    assert db.session.scalar(db.select(db.func.count(Organisation.id))) == 1


def start(app: Flask, folder: Path) -> "subprocess.Popen[str]":
    """`marketplace demo load` in a process of its own, on the same database."""
    settings = app.config["SETTINGS"]
    env = {
        **os.environ,
        "DATABASE_URL": settings.database,
        "DATA_DIR": str(folder),
        "BASE_URL": settings.base_url,
        "PYTHONPATH": str(ROOT),
    }
    load = [sys.executable, "-m", "marketplace", "demo", "load", "--on", f"{MONDAY:%Y-%m-%d}"]
    return subprocess.Popen(load, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def killed_at(line: str, app: Flask, folder: Path) -> None:
    """Load, and kill the process (-9) as soon as it says this."""
    with start(app, folder) as process:
        assert process.stderr is not None
        said = next((each for each in process.stderr if each.startswith(line)), "")
        process.kill()
    assert said
    assert process.returncode == -signal.SIGKILL


def finished(app: Flask, folder: Path) -> str:
    with start(app, folder) as process:
        out, problems = process.communicate()
    assert process.returncode == 0, problems
    return out.splitlines()[-1]


@pytest.fixture
def empty(_application: tuple) -> Callable[[], None]:
    """Makes the database empty once more."""
    return _application[1].empty


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_killed_while_it_writes_nothing_of_it_is_there(app: Flask, folder: Path):
    killed_at(WRITING, app, folder)

    assert not queries.is_loaded()
    assert all(rows == [] for rows in everything().values())


def test_killed_before_its_letters_went_out_and_run_again_it_ends_as_an_unbroken_load(
    app: Flask, folder: Path, empty: Callable[[], None]
):
    """The unbroken load is in this process: nothing hangs on the order of a set or on a random number."""
    killed_at(WRITTEN, app, folder)

    last_line = finished(app, folder)

    ended = everything()
    assert last_line == str(queries.counts())
    assert db.session.scalars(db.select(MailMessage.id).where(MailMessage.sent_at.is_(None))).all() == []
    assert len(list((folder / "mail").glob("*.eml"))) == queries.counts().digests
    assert EmbeddedEngine(folder / "index").health().documents == queries.public_documents()
    empty()
    services.write(now=MONDAY)
    db.session.commit()
    assert everything() == ended


def test_a_place_added_before_becomes_the_demo_while_it_has_no_organisations(app: Flask):
    place_services.add_place()
    db.session.commit()

    assert not queries.is_loaded()
    assert not queries.has_real_organisations()
