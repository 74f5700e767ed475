"""A delivery as an entry for somebody’s calendar (RFC 5545)."""

from datetime import UTC, datetime, timedelta

from marketplace.pledges.models import Delivery

MEDIA_TYPE = "text/calendar"
LONGEST = 75  # bytes of a line, RFC 5545, 3.1
NEW_LINE = "\r\n"


def entry(delivery: Delivery, *, url: str, host: str, now: datetime) -> str:
    """The file: one whole day, since the hours are only known in words. The delivery has a day."""
    if delivery.due_on is None:
        raise ValueError(f"Delivery {delivery.id} has no day yet")
    pledge = delivery.pledge
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Placeful//Volunteering//EN",
        "BEGIN:VEVENT",
        f"UID:delivery-{delivery.id}@{host}",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{delivery.due_on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{delivery.due_on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(f'{pledge.listing.title}, with {pledge.receiver.name}')}",
        f"LOCATION:{_text(pledge.listing.town)}",
        f"DESCRIPTION:{_text(' '.join(part for part in (pledge.timing, url) if part))}",
        f"URL:{url}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return NEW_LINE.join(_folded(line) for line in lines) + NEW_LINE


def _text(words: str) -> str:
    """A value of text, with what means something in the format taken for itself (RFC 5545, 3.3.11)."""
    for sign in ("\\", ";", ","):
        words = words.replace(sign, f"\\{sign}")
    return "\\n".join(words.splitlines())


def _folded(line: str) -> str:
    """A long line in pieces of at most 75 bytes, the later ones begun with a space; no letter is cut."""
    pieces: list[bytes] = []
    piece = b""
    for letter in line:
        coded = letter.encode()
        if len(piece) + len(coded) > LONGEST - (1 if pieces else 0):
            pieces.append(piece)
            piece = b""
        piece += coded
    pieces.append(piece)
    return f"{NEW_LINE} ".join(each.decode() for each in pieces)
