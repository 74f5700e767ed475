"""Where an embedded index lives on disk: whole generations side by side, and a file naming the current one.

A generation is published by replacing that one file, which the operating system does at once or not at
all. Whatever is killed on the way leaves the previous generation named and untouched.
"""

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from search.engine import SearchUnavailable

POINTER = "current"
LOCK = "writing.lock"
LOCK_POLL_SECONDS = 0.02
GENERATION = re.compile(r"[0-9a-f]+-[0-9a-f]{32}")  # layout and a name never used before


class Generations:
    """The generations of one index under `path`, all holding documents laid out as `layout` says.

    `layout` is a short fingerprint; a generation of another layout counts as no generation at all.
    """

    def __init__(self, path: Path, layout: str) -> None:
        self.path = path
        self.layout = layout

    def current(self) -> Path | None:
        """The generation readers should read, or None if there is none they could."""
        name = self._named()
        return self.path / name if name.startswith(f"{self.layout}-") else None

    @contextmanager
    def writing(self, wait_seconds: float) -> Iterator[None]:
        """Hold the one lock writers share across threads and processes; the system frees it if we die."""
        self.path.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + wait_seconds
        with (self.path / LOCK).open("ab") as lock:
            while not _locked(lock.fileno()):
                if time.monotonic() >= deadline:
                    raise SearchUnavailable(f"Another writer held the index for {wait_seconds} seconds")
                time.sleep(LOCK_POLL_SECONDS)
            yield

    def begin(self) -> Path:
        """An empty directory for the next generation. Hold the lock.

        Clears what earlier writers left behind, but never the generation named, whatever its layout. So the
        one before a publication stays readable until the next: a reader may have just learnt its name.
        """
        named = self._named()
        for leftover in self.path.iterdir():
            if GENERATION.fullmatch(leftover.name) and leftover.name != named:
                shutil.rmtree(leftover, ignore_errors=True)
        fresh = self.path / f"{self.layout}-{uuid4().hex}"
        fresh.mkdir()
        return fresh

    def publish(self, generation: Path) -> None:
        """Make this generation the one readers read. Hold the lock."""
        draft = self.path / f"{POINTER}.next"
        with draft.open("w", encoding="utf-8") as file:
            file.write(generation.name)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path / POINTER)
        directory = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def _named(self) -> str:
        """What the pointer says; empty if it is missing or says nothing that could be a generation."""
        try:
            name = (self.path / POINTER).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""
        return name if GENERATION.fullmatch(name) else ""


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
