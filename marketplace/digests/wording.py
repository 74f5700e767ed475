"""What a digest says: plain data, from which the letter is rendered when it leaves.

Long words are cut, so that five items fit what a provider takes for one letter among many.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from marketplace.accounts.models import DigestFrequency, User
from marketplace.digests.choosing import Candidate, Choice
from marketplace.digests.links import Links, Purpose
from marketplace.digests.models import ItemKind
from marketplace.digests.queries import Facts
from marketplace.listings.cards import FAMILY_WORDS
from marketplace.listings.models import Family
from marketplace.matching import viewing
from marketplace.matching.viewing import Side
from marketplace.subscriptions import services as subscriptions
from marketplace.web import words
from search.geo import Point, miles_between

LONGEST_TITLE, LONGEST_NAME, LONGEST_REASON = 110, 70, 140

OFTEN_WORDS = {
    DigestFrequency.DAILY: "once a day",
    DigestFrequency.WEEKLY: "once a week",
    DigestFrequency.MONTHLY: "once a month",
    DigestFrequency.PAUSED: "never",
}
PAGES = {
    Family.NEED: "/needs/",
    Family.OPPORTUNITY: "/opportunities/",
    Family.OFFER: "/offers/",
    Family.CAPABILITY: "/capabilities/",
}


def subject(titles: Sequence[str]) -> str:
    """The best, and how many more."""
    return titles[0] if len(titles) == 1 else f"{titles[0]}, and {len(titles) - 1} more for you"


def contents(items: Sequence[Candidate]) -> str:
    """“two that fit you and one that closes soon”: what is in the letter, in one line."""
    numbers = Counter(each.kind for each in items)
    said = {
        ItemKind.MATCH: ("that fits you", "that fit you"),
        ItemKind.FOUND: ("your searches found", "your searches found"),
        ItemKind.CLOSING: ("you kept that closes soon", "you kept that close soon"),
    }
    return words.joined(
        [f"{words.spelt(numbers[kind])} {said[kind][numbers[kind] > 1]}" for kind in said if numbers[kind]]
    )


def letter(
    user: User,
    choice: Choice,
    *,
    period: date,
    facts: Facts,
    searches: Mapping[int, str],
    organisation_ids: Sequence[int],
    links: Links,
    often: DigestFrequency,
    eased_from: DigestFrequency | None,
    today: date,
) -> dict[str, Any]:
    """All that the templates say.

    `often` is how often we write from now on; `eased_from` how often we did before we eased it, if we did.
    """
    names = [facts.organisations[each].name for each in organisation_ids if each in facts.organisations]
    lines = [
        _line(each, facts, searches, today, of_several=len(names) > 1)
        | _links(links, user.id, period, position)
        for position, each in enumerate(choice.items)
    ]
    return {
        "person_name": user.name,
        "organisation_names": [cut(name, LONGEST_NAME) for name in names[:3]],
        "contents": contents(choice.items),
        "lines": lines,
        "left_out": choice.left_out,
        "often": OFTEN_WORDS[often],
        "preferences_url": subscriptions.preferences_url(user),
        "eased": {
            "before": OFTEN_WORDS[eased_from],
            "path": links.path(Purpose.AS_BEFORE, user.id, period),
        }
        if eased_from
        else None,
    }


def _links(links: Links, user_id: int, period: date, position: int) -> dict[str, str]:
    return {
        "yes": links.path(Purpose.INTERESTED, user_id, period, position),
        "no": links.path(Purpose.DECLINED, user_id, period, position),
        "later": links.path(Purpose.LATER, user_id, period, position),
    }


def _line(
    each: Candidate, facts: Facts, searches: Mapping[int, str], today: date, *, of_several: bool
) -> dict[str, Any]:
    listing = facts.listings[each.listing_id]
    home = facts.organisations.get(each.organisation_id or 0)
    where = ", ".join(part for part in (listing.town, how_far(home, listing)) if part)
    return {
        "family": FAMILY_WORDS[listing.family],
        "title": cut(listing.title, LONGEST_TITLE),
        "page": f"{PAGES[listing.family]}{listing.id}",
        "who": cut(listing.who, LONGEST_NAME),
        "where": where,
        "when": when(listing.family, listing.closes_on, today),
        "reason": cut(_reason(each, searches), LONGEST_REASON),
        "for_whom": cut(home.name, LONGEST_NAME) if home and of_several else "",
        "explored": each.explored,
    }


def _reason(each: Candidate, searches: Mapping[int, str]) -> str:
    """The first reason that says what fits, as a sentence, or how else it came here."""
    if each.kind is ItemKind.FOUND and (name := searches.get(each.search_id or 0)):
        return f"Your search “{name}” found it."
    best = viewing.what_tells(each.parts)[:1]
    reason = "".join(part["words"].rstrip(".") + "." for part in viewing.as_seen_by(best, Side.FITS))
    if each.kind is ItemKind.CLOSING:
        return f"You kept it for later. {reason}".strip()
    return reason or "Somebody put the two of you together."


def how_far(home: Any, listing: Any) -> str:
    """“4 miles away”, where both are on the map."""
    if home is None or None in (home.lat, home.lon, listing.lat, listing.lon):
        return ""
    return f"{words.miles(miles_between(Point(home.lat, home.lon), Point(listing.lat, listing.lon)))} away"


def when(family: Family, closes_on: date | None, today: date) -> str:
    """“closes tomorrow”, “needed by 3 March”; nothing where no day was set."""
    if closes_on is None:
        return ""
    if family is Family.NEED:
        return f"needed by {words.short_day(closes_on)}"
    return f"closes {words.ahead(closes_on, today)}"


def cut(text: str, longest: int) -> str:
    """The text, cut at a word where it is too long."""
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(" ", 1)[0].rstrip(",;:–- ") + "…"
