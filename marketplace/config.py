"""Everything that differs between one deployment and the next, read once."""

import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from dotenv import dotenv_values, find_dotenv

from marketplace.errors import NotSetUp
from marketplace.paths import IS_CHECKOUT, ROOT

DATABASES = ("postgresql", "postgres", "postgresql+psycopg", "sqlite")
CACHES = ("redis", "rediss", "unix")
DEFAULT_BASE_URL = "http://127.0.0.1:8000"
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_NAME_OF_A_PATH = re.compile(r"[\w-]*", re.ASCII)
_GROUPS = re.compile(r"\s*[a-z]+=\d{1,9}\s*(,\s*[a-z]+=\d{1,9}\s*)*", re.ASCII)
_NUMBERS = {"mail_rate": 100_000, "sendgrid_rest": 24 * 60}  # and the most each may be
_SWITCHES = ("sendgrid_sandbox",)
_YES, _NO = ("1", "yes", "true", "on"), ("0", "no", "false", "off")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One deployment's settings; the environment variable is the field's name in capitals."""

    secret_key: str = field(repr=False)
    data_dir: Path
    database_url: str = field(default="", repr=False)  # empty: SQLite in data_dir
    site_name: str = "Placeful"
    base_url: str = DEFAULT_BASE_URL
    search_url: str = ""  # empty: the embedded engine
    search_key: str = field(default="", repr=False)
    semantic_model: str = ""  # empty: search by words alone
    mail_url: str = field(default="files:", repr=False)  # files: · smtp://… · smtps://… · sendgrid:
    sendgrid_api_key: str = field(default="", repr=False)
    sendgrid_webhook_key: str = ""  # the public key its events are signed with; empty: no events are taken
    sendgrid_asm: str = ""  # unsubscribe groups: digest=101,summary=102
    sendgrid_sandbox: bool = False  # letters are checked by SendGrid and go nowhere
    sendgrid_rest: int = 0  # minutes a run lies at SendGrid before it leaves, and can still be called off
    mail_rate: int = 0  # letters of a run a second; 0: as fast as it goes
    mail_only_to: str = ""  # addresses, separated by commas; empty: everybody
    reply_domain: str = ""  # the right of the @ in addresses that answer letters; empty: nobody reads answers
    inbound_secret: str = field(default="", repr=False)  # in the address SendGrid hands answers to
    files_url: str = ""  # s3://BUCKET/PREFIX?endpoint=https://…&region=…; empty: a folder in data_dir
    files_key_id: str = field(default="", repr=False)
    files_secret: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)  # empty: queue on SQLite, limits in memory
    map_tiles: str = ""  # empty: no tiles from anywhere
    map_attribution: str = ""  # who is to be named on a map with those tiles

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in use; plain `postgresql://` is given our driver."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir / 'marketplace.db'}"
        for prefix in ("postgres://", "postgresql://"):
            if self.database_url.startswith(prefix):
                return f"postgresql+psycopg://{self.database_url.removeprefix(prefix)}"
        return self.database_url

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment, over a `.env` file where there is one.

        Raises `NotSetUp` with what to change when a setting cannot be used.
        """
        values = {**_dotenv(), **os.environ} if env is None else dict(env)
        data_dir = Path(values.get("DATA_DIR") or _default_data_dir()).expanduser().resolve()
        given = {
            name: values[name.upper()]
            for name in cls.__dataclass_fields__
            if name not in ("secret_key", "data_dir") and values.get(name.upper())
        }
        _check(given)
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise NotSetUp(f"DATA_DIR cannot be used: {problem.strerror}: {data_dir}") from None
        return cls(
            secret_key=values.get("SECRET_KEY") or _kept_secret(data_dir), data_dir=data_dir, **_typed(given)
        )


def _typed(given: Mapping[str, str]) -> dict[str, Any]:
    """Numbers and yes-or-no as such; they were checked."""
    return (
        dict(given)
        | {name: int(given[name]) for name in _NUMBERS if name in given}
        | {name: given[name].lower() in _YES for name in _SWITCHES if name in given}
    )


def _dotenv() -> dict[str, str]:
    path = find_dotenv(usecwd=True) or (str(ROOT / ".env") if IS_CHECKOUT else "")
    return {name: value for name, value in dotenv_values(path).items() if value is not None} if path else {}


def _default_data_dir() -> Path:
    if IS_CHECKOUT:
        return ROOT / "var"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "placeful"


def _kept_secret(data_dir: Path) -> str:
    """A key made on the first start and kept where only we can read it, so sessions outlive a restart."""
    path = data_dir / "secret-key"
    if not path.exists():
        # Written whole and then linked: a process starting beside us never reads half of it.
        handle, fresh = tempfile.mkstemp(dir=data_dir)  # readable by its owner only
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            path.hardlink_to(fresh)
        except FileExistsError:  # another process of ours was first
            pass
        finally:
            Path(fresh).unlink()
    return path.read_text().strip()


def _check(given: Mapping[str, str]) -> None:
    _check_search(given)
    _check_map(given.get("map_tiles", ""))
    _check_files(given)
    _check_mail(given)
    for name, usable in (("database_url", DATABASES), ("redis_url", CACHES)):
        scheme = urlsplit(given.get(name, "")).scheme
        if given.get(name) and scheme not in usable:
            raise NotSetUp(f"{name.upper()} starts with “{scheme}:”. Use {usable[0]}://…")
    if not _HOST.fullmatch(given.get("reply_domain", "localhost")):
        raise NotSetUp("REPLY_DOMAIN must be a domain alone, such as reply.durham.example.")
    if not _NAME_OF_A_PATH.fullmatch(given.get("inbound_secret", "")):
        raise NotSetUp("INBOUND_SECRET may hold letters, figures, - and _ only: it stands in an address.")
    base = urlsplit(given.get("base_url", DEFAULT_BASE_URL))
    if base.scheme not in ("http", "https") or not base.netloc:
        raise NotSetUp("BASE_URL must be a whole address, such as https://durham.example.")


def _check_mail(given: Mapping[str, str]) -> None:
    mail = urlsplit(given.get("mail_url", "files:")).scheme
    if mail not in ("files", "smtp", "smtps", "sendgrid"):
        raise NotSetUp(
            f"MAIL_URL starts with “{mail}:”. Use files:, smtp://HOST:PORT, smtps://HOST:PORT or sendgrid:."
        )
    if mail == "sendgrid" and not given.get("sendgrid_api_key"):
        raise NotSetUp("MAIL_URL is sendgrid:, so set SENDGRID_API_KEY as well.")
    for name, most in _NUMBERS.items():
        value = given.get(name, "0")
        if not (value.isascii() and value.isdigit() and int(value[:9]) <= most and len(value) < 9):
            raise NotSetUp(f"{name.upper()} must be a whole number from 0 to {most}.")
    for name in _SWITCHES:
        if given.get(name, "0").lower() not in (*_YES, *_NO):
            raise NotSetUp(f"{name.upper()} must be yes or no.")
    if not _GROUPS.fullmatch(given.get("sendgrid_asm", "digest=1")):
        raise NotSetUp("SENDGRID_ASM must name groups by stream, such as digest=101,summary=102.")
    if not all("@" in each for each in given.get("mail_only_to", "@").split(",")):
        raise NotSetUp("MAIL_ONLY_TO must be addresses separated by commas, such as me@place.example.")
    if not _is_a_public_key(given.get("sendgrid_webhook_key", "")):
        raise NotSetUp("SENDGRID_WEBHOOK_KEY is not a verification key. Copy it again from SendGrid.")


def _is_a_public_key(key: str) -> bool:
    if not key:
        return True
    from sendgrid.helpers.eventwebhook import EventWebhook  # slow to load, and wanted by few

    try:
        EventWebhook(key)
    except ValueError:
        return False
    return True


def _check_search(given: Mapping[str, str]) -> None:
    url, key = given.get("search_url", ""), given.get("search_key", "")
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query):
        raise NotSetUp(
            "SEARCH_URL must be the address of a Meilisearch server, such as http://search:7700; "
            "its key goes in SEARCH_KEY."
        )
    if url and not key:
        raise NotSetUp(
            "SEARCH_URL is set, so set SEARCH_KEY as well: an admin key of that Meilisearch server."
        )
    if key and not url:
        raise NotSetUp("SEARCH_KEY is set, so set SEARCH_URL as well: the Meilisearch server it belongs to.")
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise NotSetUp("SEARCH_KEY has spaces or letters no key has. Copy it again.")


def _check_map(tiles: str) -> None:
    address = urlsplit(tiles)
    whole = address.scheme in ("http", "https") and bool(address.netloc)
    if tiles and not (whole and all(part in tiles for part in ("{x}", "{y}", "{z}"))):
        raise NotSetUp(
            "MAP_TILES must be a whole address with {z}, {x} and {y} in it, such as "
            "https://tiles.example/{z}/{x}/{y}.png."
        )


def _check_files(given: Mapping[str, str]) -> None:
    url = given.get("files_url", "")
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    endpoint = urlsplit(asked.pop("endpoint", ""))
    asked.pop("region", "")
    whole = not any(endpoint) or (endpoint.scheme in ("http", "https") and endpoint.netloc)
    bucket = parts.scheme == "s3" and parts.netloc and "@" not in parts.netloc
    if url and not (bucket and whole and not asked):
        raise NotSetUp(
            "FILES_URL must name a bucket, such as "
            "s3://bucket?endpoint=https://storage.example&region=eu-west-2; "
            "its key goes in FILES_KEY_ID and FILES_SECRET."
        )
    if bool(given.get("files_key_id")) != bool(given.get("files_secret")):
        raise NotSetUp("Set FILES_KEY_ID and FILES_SECRET together: the two halves of a key of that storage.")
