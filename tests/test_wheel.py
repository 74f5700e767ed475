"""An installed wheel works as well as a checkout: templates, styles and migrations come with it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHOW_HOME = """
from marketplace import create_app, paths
assert not paths.IS_CHECKOUT, paths.ROOT
page = create_app().test_client().get("/")
assert page.status_code == 200, page.status_code
assert "unbuilt" not in page.text
print(page.text)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's contents and nothing of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    target = folder / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run(installed: Path, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed), "DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "-P", *arguments]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)


def test_a_wheel_sets_up_a_database_and_shows_the_front_page(installed, tmp_path):
    for command in (("db", "upgrade"), ("places", "add")):
        done = run(installed, tmp_path, "-m", "marketplace", *command)
        assert done.returncode == 0, done.stderr

    home = run(installed, tmp_path, "-c", SHOW_HOME)

    assert home.returncode == 0, home.stderr
    assert "County Durham" in home.stdout


def test_a_wheel_carries_what_is_not_python(installed):
    bundle = installed / "marketplace" / "_bundle"

    assert (bundle / "static" / "dist" / "app.css").exists()
    assert (bundle / "migrations" / "versions" / "0001_first.py").exists()
    assert (installed / "marketplace" / "categories" / "categories.toml").exists()
    assert list((installed / "marketplace" / "demo" / "content").glob("*.toml"))
