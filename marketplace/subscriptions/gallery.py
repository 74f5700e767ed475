"""Every letter there is, with made-up words, for those who write and look after letters."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import url_for

from marketplace import mail
from marketplace.mail import writing
from marketplace.mail.models import Stream
from marketplace.paths import TEMPLATES
from marketplace.subscriptions import tokens

NOBODY = 0  # the number of no user: the links of an example stop nothing
COMMON = "common"
DARK = "@media (prefers-color-scheme: dark)"
HEADINGS = {
    Stream.ACCOUNT: "Asked for by whoever gets them",
    Stream.NEWS: "News of what people put up, promised or answered",
    Stream.DIGEST: "The digest",
    Stream.SUMMARY: "What an organisation did, once a month",
    Stream.TO_DO: "What waits for the convener, once a day",
}


@dataclass(frozen=True, slots=True)
class Example:
    """A letter as it would leave."""

    name: str
    stream: Stream
    subject: str
    text: str
    html: str
    unsubscribe_url: str
    reply_to: str

    def as_seen(self, *, dark: bool) -> str:
        """The HTML as a mail program shows it that is set to dark, or to light, whatever the browser is."""
        return self.html.replace(DARK, "@media all" if dark else "@media not all")


def folders() -> list[str]:
    """The name of every letter: its folder under templates/email."""
    return sorted(path.name for path in (TEMPLATES / "email").iterdir() if path.is_dir())


def by_stream() -> list[tuple[str, Sequence[str]]]:
    """The letters of each stream, under its heading."""
    found: dict[Stream, list[str]] = {stream: [] for stream in HEADINGS}
    for name in folders():
        found[_stream_of(name)].append(name)
    return [(HEADINGS[stream], names) for stream, names in found.items() if names]


def example(name: str) -> Example:
    """Raises `LookupError` where there is no such letter, or nobody wrote an example of it."""
    if name not in folders() or name not in examples():
        raise LookupError(f"There is no example of the letter {name}")
    stream = _stream_of(name)
    given = _with_whole_addresses({**examples()[COMMON], **examples()[name]})
    stop = "" if stream is Stream.ACCOUNT else mail.link(_stop_url(stream))
    reply_to = str(given.get("reply_to", ""))
    words = writing.context(given, stream=stream, unsubscribe_url=stop, reply_to=reply_to)
    words["subject"] = writing.subject(name, words)
    text, html = writing.bodies(name, words)
    return Example(name, stream, words["subject"], text, html, stop, reply_to)


@cache
def examples() -> dict[str, dict[str, Any]]:
    """The words of each letter, by its name, and those that are common to all."""
    return tomllib.loads((Path(__file__).parent / "examples.toml").read_text("utf-8"))


def _with_whole_addresses(given: Any) -> Any:
    """The same, with every `url` and `…_url` a whole address, as whoever writes the letter gives it."""
    if isinstance(given, list):
        return [_with_whole_addresses(value) for value in given]
    if not isinstance(given, dict):
        return given
    return {
        name: mail.link(value) if name.endswith("url") else _with_whole_addresses(value)
        for name, value in given.items()
    }


def _stream_of(name: str) -> Stream:
    return Stream(examples().get(name, {}).get("stream", Stream.NEWS))


def _stop_url(stream: Stream) -> str:
    return url_for("subscriptions.stop", token=tokens.stop_token(NOBODY, stream))
