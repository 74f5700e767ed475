"""Where the contents of files lie: one small promise, kept by a folder and by S3-compatible storage."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Protocol

from marketplace.config import Settings

_KEY = re.compile(r"[0-9a-f]{32}(-small)?(\.part)?")


class StoreUnavailable(Exception):
    """The store cannot answer just now; what was asked may work later."""


class NotKept(LookupError):
    """The store has nothing under this key."""


class Store(Protocol):
    """Bytes under keys that we made up; never under a name that came from outside."""

    def write(self, key: str, data: bytes) -> None:
        """Keep it, whole or not at all; once this returns, it outlives a power cut."""

    def read(self, key: str) -> bytes:
        """Raises `NotKept`."""

    def delete(self, key: str) -> None:
        """Forget this key; an unknown one is not an error."""

    def keys(self, *, before: datetime) -> Iterator[str]:
        """Every key written before this instant, in no order."""


def usable(key: str) -> str:
    """The key itself, or `ValueError`: a key that we did not make reaches no disk."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key of ours")
    return key


@dataclass(frozen=True, slots=True)
class DiskStore:
    """A folder outside the web root, readable by its owner only: `ab/cdef…` for the key `abcdef…`."""

    root: Path

    def write(self, key: str, data: bytes) -> None:
        path = self._path(key)
        part = path.with_name(f"{path.name}.part")  # swept like any other key if we fall over here
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(handle)
            part.replace(path)
            for folder in (path.parent, self.root):  # the names in them are to outlive a power cut too
                _sync(folder)
        except OSError as problem:
            part.unlink(missing_ok=True)
            raise StoreUnavailable(problem.strerror or str(problem)) from problem

    def read(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise NotKept(key) from None
        except OSError as problem:
            raise StoreUnavailable(problem.strerror or str(problem)) from problem

    def delete(self, key: str) -> None:
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as problem:
            raise StoreUnavailable(problem.strerror or str(problem)) from problem

    def keys(self, *, before: datetime) -> Iterator[str]:
        for path in self.root.glob("??/*"):
            key = path.parent.name + path.name
            try:
                written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            except FileNotFoundError:  # gone while we looked
                continue
            if written < before and _KEY.fullmatch(key):
                yield key

    def _path(self, key: str) -> Path:
        usable(key)
        return self.root / key[:2] / key[2:]


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@cache
def store_for(settings: Settings) -> Store:
    """The store of this installation. Raises `NotSetUp` where its library is not installed."""
    if not settings.files_url:
        return DiskStore(settings.data_dir / "files")
    from marketplace.files.s3 import S3Store

    return S3Store.from_url(settings.files_url, settings.files_key_id, settings.files_secret)
