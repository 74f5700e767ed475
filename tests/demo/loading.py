"""`marketplace demo load` in a process of its own, left alone or killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from flask import Flask

from marketplace.paths import ROOT
from tests.demo.conftest import MONDAY

WRITING, WRITTEN = "Telling", "Building"  # how the two lines of progress begin


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
