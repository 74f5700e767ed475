"""The words of a letter: its folder under templates/email, rendered as text and as HTML."""

import re
from typing import Any

from flask import current_app

from marketplace.config import Settings

LONGEST_SUBJECT = 200

# Control characters other than tab and new line: nobody reads them, and PostgreSQL stores no NUL.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_GAP = re.compile(r"\n{3,}")


def link(path: str) -> str:
    """A path of ours as a whole address, from the settings and never from a request's Host header."""
    if not path.startswith("/"):
        return path
    settings: Settings = current_app.config["SETTINGS"]
    return settings.base_url.rstrip("/") + path


def one_line(text: str) -> str:
    """A subject: no line breaks or control characters, so nothing in it can become another header."""
    kept = "".join(letter if letter.isprintable() else " " for letter in text)
    line = " ".join(kept.split())
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1].rstrip() + "…"


def context(given: dict[str, Any], *, stream: str, unsubscribe_url: str, reply_to: str) -> dict[str, Any]:
    """What templates see: what was given, and what every letter knows. `url` may be a path of ours."""
    settings: Settings = current_app.config["SETTINGS"]
    words = {"person_name": "", **given}
    words |= {"site_name": settings.site_name, "base_url": settings.base_url.rstrip("/"), "link": link}
    words |= {"stream": str(stream), "unsubscribe_url": unsubscribe_url, "reply_to": reply_to}
    if "url" in words:
        words["url"] = link(words["url"])
    return words


def subject(name: str, words: dict[str, Any]) -> str:
    return one_line(_render(name, "subject.txt", words))


def bodies(name: str, words: dict[str, Any]) -> tuple[str, str]:
    """The text and the HTML."""
    return _airy(_render(name, "body.txt", words)), _render(name, "body.html", words).strip() + "\n"


def words_of(message: Any) -> tuple[str, str]:
    """The text and the HTML of a letter that was queued, as it leaves; a row or a `MailMessage`.

    One that belongs to a run is rendered now, from its words; others were when they were queued.
    """
    if not message.template:
        return message.text, message.html
    given = context(
        message.words or {},
        stream=message.stream,
        unsubscribe_url=message.unsubscribe_url,
        reply_to=message.reply_to,
    )
    return bodies(message.template, given | {"subject": message.subject})


def _render(name: str, part: str, words: dict[str, Any]) -> str:
    rendered = current_app.jinja_env.get_template(f"email/{name}/{part}").render(words)
    return _UNSEEN.sub(" ", rendered.replace("\r\n", "\n"))  # forms send \r\n


def _airy(text: str) -> str:
    """One empty line at most between paragraphs, however many pieces a letter left out."""
    return _GAP.sub("\n\n", text).strip() + "\n"
