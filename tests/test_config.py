"""Settings: what is read, what is kept, and what is said about values that cannot be used."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from threading import Barrier

import pytest

from marketplace.config import Settings
from marketplace.errors import NotSetUp

README = Path(__file__).resolve().parent.parent / "README.md"
NAMES = tuple(field.name.upper() for field in fields(Settings))


@pytest.fixture
def bare(monkeypatch, tmp_path) -> Path:
    """A folder to stand in, and an environment that says nothing of ours."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(folder: Path, **env: str) -> Settings:
    return Settings.from_env({"DATA_DIR": str(folder), **env})


def test_everything_works_with_nothing_set(tmp_path):
    settings = read(tmp_path)

    assert settings.database == f"sqlite:///{tmp_path / 'marketplace.db'}"
    assert settings.mail_url == "files:"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert (settings.search_url, settings.redis_url, settings.map_tiles) == ("", "", "")


def test_an_empty_value_is_as_good_as_none(tmp_path):
    assert read(tmp_path, SITE_NAME="", MAIL_URL="", BASE_URL="") == read(tmp_path)


def test_numbers_and_switches_are_read_as_such(tmp_path):
    settings = read(tmp_path, MAIL_RATE="250", SENDGRID_SANDBOX="yes", SENDGRID_REST="20")

    assert (settings.mail_rate, settings.sendgrid_sandbox, settings.sendgrid_rest) == (250, True, 20)
    assert read(tmp_path, SENDGRID_SANDBOX="no").sendgrid_sandbox is False
    assert read(tmp_path).mail_rate == 0


@pytest.mark.parametrize(
    ("url", "database"),
    [
        ("postgresql://me:secret@db/board", "postgresql+psycopg://me:secret@db/board"),
        ("postgres://db/board", "postgresql+psycopg://db/board"),
        ("postgresql+psycopg://db/board", "postgresql+psycopg://db/board"),
        ("sqlite:////srv/board.db", "sqlite:////srv/board.db"),
    ],
)
def test_a_database_address_is_given_the_driver_we_ship(tmp_path, url, database):
    assert read(tmp_path, DATABASE_URL=url).database == database


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"SEARCH_URL": "http://search:7700"}, "set SEARCH_KEY as well"),
        ({"SEARCH_KEY": "a-key"}, "set SEARCH_URL as well"),
        ({"SEARCH_URL": "search:7700", "SEARCH_KEY": "a-key"}, "SEARCH_URL must be the address"),
        ({"SEARCH_URL": "http://me:word@search", "SEARCH_KEY": "a-key"}, "SEARCH_URL must be the address"),
        ({"SEARCH_URL": "http://search:7700", "SEARCH_KEY": "a-key\n"}, "SEARCH_KEY has spaces"),
        ({"MAIL_URL": "pigeon://loft"}, "MAIL_URL starts with “pigeon:”. Use files:, smtp://"),
        ({"MAIL_URL": "sendgrid:"}, "set SENDGRID_API_KEY as well"),
        ({"BASE_URL": "durham.example"}, "BASE_URL must be a whole address"),
        ({"BASE_URL": "ftp://durham.example"}, "BASE_URL must be a whole address"),
        ({"DATABASE_URL": "mysql://db/board"}, "DATABASE_URL starts with “mysql:”. Use postgresql://"),
        ({"DATABASE_URL": "board.db"}, "DATABASE_URL starts with “:”. Use postgresql://"),
        ({"MAP_TILES": "https://tiles.example"}, "MAP_TILES must be a whole address with {z}, {x} and {y}"),
        ({"MAP_TILES": "tiles/{z}/{x}/{y}.png"}, "MAP_TILES must be a whole address with {z}, {x} and {y}"),
        ({"MAIL_RATE": "fast"}, "MAIL_RATE must be a whole number from 0 to 100000"),
        ({"MAIL_RATE": "1000000"}, "MAIL_RATE must be a whole number from 0 to 100000"),
        ({"SENDGRID_REST": "-5"}, "SENDGRID_REST must be a whole number from 0 to 1440"),
        ({"SENDGRID_SANDBOX": "perhaps"}, "SENDGRID_SANDBOX must be yes or no"),
        ({"SENDGRID_ASM": "digest:101"}, "SENDGRID_ASM must name groups by stream"),
        ({"SENDGRID_WEBHOOK_KEY": "a-key"}, "SENDGRID_WEBHOOK_KEY is not a verification key"),
        ({"MAIL_ONLY_TO": "durham.example"}, "MAIL_ONLY_TO must be addresses"),
        ({"REPLY_DOMAIN": "hello@durham.example"}, "REPLY_DOMAIN must be a domain alone"),
        ({"INBOUND_SECRET": "two words"}, "INBOUND_SECRET may hold letters, figures"),
        ({"FILES_URL": "parish"}, "FILES_URL must name a bucket"),
        ({"FILES_URL": "s3://id:secret@parish"}, "FILES_URL must name a bucket"),
        ({"FILES_URL": "s3://parish?endpoint=storage.example"}, "FILES_URL must name a bucket"),
        ({"FILES_URL": "s3://parish?key=x"}, "FILES_URL must name a bucket"),
        ({"FILES_URL": "s3://parish", "FILES_KEY_ID": "x"}, "Set FILES_KEY_ID and FILES_SECRET together"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL starts with “localhost:”. Use redis://"),
    ],
)
def test_a_value_that_cannot_be_used_ends_in_a_sentence_that_says_what_to_change(tmp_path, setting, sentence):
    with pytest.raises(NotSetUp) as caught:
        read(tmp_path, **setting)

    assert sentence in str(caught.value)


def test_a_data_folder_that_cannot_be_made_ends_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(NotSetUp, match="DATA_DIR"):
        read(tmp_path / "file" / "data")


@pytest.mark.parametrize(
    "setting",
    [
        {"DATABASE_URL": "mysql://me:hunter2@db/board"},
        {"SEARCH_URL": "http://me:hunter2@search", "SEARCH_KEY": "a-key"},
        {"SEARCH_URL": "http://search:7700", "SEARCH_KEY": "hunter2 "},
    ],
)
def test_a_sentence_about_a_bad_value_gives_no_password_away(tmp_path, setting):
    with pytest.raises(NotSetUp) as caught:
        read(tmp_path, **setting)

    assert "hunter2" not in str(caught.value)


def test_the_secret_is_made_once_and_kept_where_only_we_can_read_it(tmp_path):
    first = read(tmp_path / "data").secret_key
    path = tmp_path / "data" / "secret-key"

    assert len(first) >= 48
    assert read(tmp_path / "data").secret_key == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["secret-key"]
    assert read(tmp_path / "another").secret_key != first


def test_processes_starting_together_agree_on_the_secret(tmp_path):
    together = Barrier(8)

    def start(_: int) -> str:
        together.wait()
        return read(tmp_path).secret_key

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(start, range(8)))

    assert len(keys) == 1
    assert "" not in keys


def test_a_secret_that_was_given_is_used_and_not_kept(tmp_path):
    assert read(tmp_path / "data", SECRET_KEY="given").secret_key == "given"
    assert not (tmp_path / "data" / "secret-key").exists()


def test_secrets_do_not_show_when_settings_are_printed(tmp_path):
    secrets = {
        "SECRET_KEY": "one-secret",
        "DATABASE_URL": "postgresql://me:two-secret@db/board",
        "SENDGRID_API_KEY": "three-secret",
        "REDIS_URL": "redis://:four-secret@cache",
        "MAIL_URL": "smtp://me:five-secret@mail:25",
        "SEARCH_URL": "http://search:7700",
        "SEARCH_KEY": "six-secret",
    }

    assert "-secret" not in repr(read(tmp_path, **secrets))


def test_a_dotenv_file_is_read_and_the_environment_wins_over_it(bare, monkeypatch):
    (bare / ".env").write_text("SITE_NAME=From the file\nMAP_TILES=https://tiles.example/{z}/{x}/{y}.png\n")
    monkeypatch.setenv("SITE_NAME", "From the environment")

    settings = Settings.from_env()

    assert settings.site_name == "From the environment"
    assert settings.map_tiles == "https://tiles.example/{z}/{x}/{y}.png"
    assert "MAP_TILES" not in os.environ


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_explained_in_the_readme(name):
    parts = README.read_text("utf-8").split("\n## ")
    configuration = [part for part in parts if part.startswith("Configuration\n")]

    assert configuration, "README.md has no section “Configuration”"
    assert f"`{name}`" in configuration[0]
