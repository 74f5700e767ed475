"""Requests to SendGrid: up to a thousand letters in each, what they have in common written once.

SendGrid puts each person's substitutions (at most 10,000 bytes together) into one shared content. So the
content is what all letters of a request say alike, with a tag wherever any of them differs; a letter with
more of its own than fits is grouped with others like it, or goes alone.
https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marketplace.mail.letters import Letter, address

MOST_LETTERS = 1000
MOST_SUBSTITUTED = 10_000  # bytes of one person's tags and what stands for them
MOST_BYTES = 20_000_000  # of one request; SendGrid takes 30 MB
_PIECES = re.compile(
    r'[^\n"]*[\n"]|[^\n"]+'
)  # a line, cut at double quotes: an address in a link stands alone
_TAG = re.compile(r"-_\w+_-")


@dataclass(frozen=True, slots=True)
class Request:
    """The JSON of one request and the letters in it, in order."""

    letters: tuple[Letter, ...]
    body: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Manners:
    """What is asked of SendGrid for every letter: its stream's unsubscribe group, and the sandbox."""

    groups: Mapping[str, int] = field(default_factory=dict)
    is_sandbox: bool = False


def requests_for(
    letters: Sequence[Letter], manners: Manners, *, batch_id: str = "", send_at: int = 0
) -> Iterator[Request]:
    """As few requests as will hold these letters, whose addresses were checked."""
    alike: dict[tuple[str, str], list[Letter]] = {}
    for letter in letters:
        alike.setdefault((letter.stream, letter.reply_to), []).append(letter)
    for group in alike.values():
        common = _common(group[0], manners, batch_id=batch_id, send_at=send_at)
        for together, shared in _shares(group):
            yield from _split(together, shared, common)


def _common(letter: Letter, manners: Manners, *, batch_id: str, send_at: int) -> dict[str, Any]:
    """What the request says of all its letters. Links are left as we wrote them; opening is not watched."""
    body: dict[str, Any] = {
        "from": {"email": letter.sender.addr_spec},
        "subject": letter.subject,
        "categories": [letter.stream],
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
        },
    }
    if letter.sender.display_name:
        body["from"]["name"] = letter.sender.display_name
    if letter.reply_to:
        body["reply_to"] = {"email": address(letter.reply_to).addr_spec}
    if letter.stream in manners.groups:
        body["asm"] = {"group_id": manners.groups[letter.stream]}
    if manners.is_sandbox:
        body["mail_settings"] = {"sandbox_mode": {"enable": True}}
    if batch_id:
        body["batch_id"] = batch_id
        if send_at:
            body["send_at"] = send_at
    return body


@dataclass(frozen=True, slots=True)
class Shared:
    """A text and an HTML with tags, and for each letter what stands for them."""

    text: str
    html: str
    own: tuple[dict[str, str], ...]


def _shares(letters: Sequence[Letter]) -> Iterator[tuple[list[Letter], Shared]]:
    """These letters in groups that share a content, each fitting under SendGrid's limit."""
    waiting = [letter for letter in letters if not _TAG.search(letter.text + letter.html + letter.subject)]
    alone = [letter for letter in letters if _TAG.search(letter.text + letter.html + letter.subject)]
    while len(waiting) > 1:
        shared = share(waiting)
        sizes = [_size(own) for own in shared.own]
        fits = [size <= MOST_SUBSTITUTED for size in sizes]
        if not any(fits):
            if len(waiting) == 2 or min(sizes) > 2 * MOST_SUBSTITUTED:
                break
            middle = len(waiting) // 2  # longer letters are more alike among themselves
            waiting.sort(key=lambda letter: len(letter.html))
            yield from _shares(waiting[:middle])
            waiting = waiting[middle:]
            continue
        taken = [letter for letter, fit in zip(waiting, fits, strict=True) if fit]
        own = tuple(each for each, fit in zip(shared.own, fits, strict=True) if fit)
        yield taken, Shared(shared.text, shared.html, own)
        waiting = [letter for letter, fit in zip(waiting, fits, strict=True) if not fit]
    for letter in waiting + alone:
        yield [letter], Shared(letter.text, letter.html, ({},))


def share(letters: Sequence[Letter]) -> Shared:
    """What letters say alike, with tags where any of them differs."""
    text, text_own = _frame([letter.text for letter in letters], "t")
    html, html_own = _frame([letter.html for letter in letters], "h")
    return Shared(text, html, tuple(a | b for a, b in zip(text_own, html_own, strict=True)))


def _frame(bodies: Sequence[str], prefix: str) -> tuple[str, list[dict[str, str]]]:
    """The pieces that stand in all bodies in the same order, and between them tags for all the rest."""
    pieces = [_PIECES.findall(body) for body in bodies]
    places = [_places(each) for each in pieces]
    known = set(places[0]).intersection(*places[1:])
    starts = [0] * len(pieces)
    frame: list[str] = []
    own: list[dict[str, str]] = [{} for _ in pieces]

    def gap(ends: Sequence[int]) -> None:
        if any(start < end for start, end in zip(starts, ends, strict=True)):
            tag = f"-_{prefix}{len(frame)}_-"
            frame.append(tag)
            for mine, each, start, end in zip(own, pieces, starts, ends, strict=True):
                mine[tag] = "".join(each[start:end])

    for key in places[0]:
        if key not in known:
            continue
        ends = [each[key] for each in places]
        if any(end < start for start, end in zip(starts, ends, strict=True)):
            continue  # it stands elsewhere in one of them
        gap(ends)
        frame.append(key[0])
        starts = [end + 1 for end in ends]
    gap([len(each) for each in pieces])
    return "".join(frame), own


def _places(pieces: Sequence[str]) -> dict[tuple[str, int], int]:
    """Where the first, second … of equal pieces stands."""
    seen: Counter[str] = Counter()
    found = {}
    for place, piece in enumerate(pieces):
        seen[piece] += 1
        found[piece, seen[piece]] = place
    return found


def _size(own: Mapping[str, str]) -> int:
    return sum(len(tag) + len(value.encode()) for tag, value in own.items())


def _split(letters: Sequence[Letter], shared: Shared, common: Mapping[str, Any]) -> Iterator[Request]:
    """Requests of at most MOST_LETTERS letters and MOST_BYTES bytes."""
    content = [{"type": "text/plain", "value": shared.text}, {"type": "text/html", "value": shared.html}]
    taken: list[Letter] = []
    people: list[dict[str, Any]] = []
    size = 0
    for letter, own in zip(letters, shared.own, strict=True):
        person = _personalization(letter, own)
        weight = len(json.dumps(person))
        if taken and (len(taken) == MOST_LETTERS or size + weight > MOST_BYTES):
            yield Request(tuple(taken), {**common, "personalizations": people, "content": content})
            taken, people, size = [], [], 0
        taken.append(letter)
        people.append(person)
        size += weight
    yield Request(tuple(taken), {**common, "personalizations": people, "content": content})


def _personalization(letter: Letter, own: Mapping[str, str]) -> dict[str, Any]:
    """One person's part. `custom_args` come back with every event, so an event finds its letter."""
    person: dict[str, Any] = {
        "to": [{"email": address(letter.to).addr_spec}],
        "subject": letter.subject,
        "headers": {"Message-ID": letter.message_id, **letter.unsubscribe_headers},
        "custom_args": {"delivery": letter.message_id.strip("<>")},
    }
    if own:
        person["substitutions"] = dict(own)
    return person
