"""A generated county where many people are due a letter: new matches, searches they keep, what closes soon.

Two in three act for an organisation of their own, the others for one of those. The notices are as long as
real ones; of the organisations that people act for there are only name and place: letters say no more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

from marketplace.accounts.models import DigestFrequency, User
from marketplace.bench.filling import Rows, insert, place_rows
from marketplace.bench.filling_ranking import Board
from marketplace.bench.generated import County
from marketplace.categories.catalogue import catalogue
from marketplace.digests.models import Digest, DigestItem, ItemKind
from marketplace.discovery import services as discovery
from marketplace.discovery.models import SavedSearch
from marketplace.extensions import db
from marketplace.listings.models import Family, Listing, ListingStatus
from marketplace.mail.models import MailMessage, Stream
from marketplace.matching.models import Match, MatchStatus
from marketplace.organisations.models import Membership, MembershipRole, Organisation, OrganisationKind

AT_ONCE = 2_000  # people
ASKERS, ASKS = 1_000, 3_000  # at most, of each
SHARES_ONE = 1 / 3  # of people
FEWEST, MOST = 5, 15  # new matches of an organisation
KEEPS_ONE, SEARCHES = 0.2, 300  # of people, and how many different ones there are
PUT_BY = 0.1  # of organisations: one match saved that closes soon
WAS_TOLD = 1 / 3  # of people: five things, in a letter before this one
BEFORE = timedelta(days=40)
OFTEN = {DigestFrequency.DAILY: 0.2, DigestFrequency.WEEKLY: 0.9, DigestFrequency.MONTHLY: 1.0}  # up to
TOLD = 5


@dataclass(frozen=True, slots=True)
class Ask:
    """A notice that a letter can be about, and whose it is."""

    id: int
    owner: int
    category: str
    closes_on: date | None


def fill(county: County, people: int, *, now: datetime) -> None:
    """Put all of it in, a slice at a time, with an index of the notices."""
    today = now.date()
    insert(place_rows(county))
    askers = min(ASKERS, max(people, 20))
    board = Board(county, askers, today)
    insert(board.organisations(range(1, askers + 1)))
    rows, ids = board.asks(min(ASKS, max(people, 60)), ListingStatus.PUBLISHED)
    insert(rows)
    discovery.rebuild()
    db.session.rollback()
    crowd = Crowd(county, _asks(rows, ids), askers, now)
    for start in range(1, people + 1, AT_ONCE):
        insert(crowd.slice(range(start, min(start + AT_ONCE, people + 1))))


def _asks(rows: Mapping[Any, Sequence[Mapping[str, Any]]], ids: Sequence[int]) -> list[Ask]:
    names = {each.slug: each.name for each in catalogue()}
    filed = {row["listing_id"]: names[row["category"]] for row in _filed(rows)}
    return [
        Ask(row["id"], row["organisation_id"], filed.get(row["id"], "Other"), row["closes_on"])
        for row in rows[Listing]
        if row["id"] in set(ids)
    ]


def _filed(rows: Mapping[Any, Sequence[Mapping[str, Any]]]) -> Iterator[Mapping[str, Any]]:
    return (row for some in rows.values() for row in some if "category" in row and "listing_id" in row)


class Crowd:
    """Rows of people as they are drawn. A person's number is also that of their last letter."""

    def __init__(self, county: County, asks: list[Ask], askers: int, now: datetime) -> None:
        self._asks, self._askers, self._now = asks, askers, now
        self._soon = [each for each in asks if each.closes_on and each.closes_on <= now.date() + timedelta(7)]
        self._random = Random(f"{county.seed} crowd")  # noqa: S311  # repeatable, not secret
        self._spots = county.spots
        self._kept = [urlencode(each) for each in _questions(self._random)]
        self._organisations = self._matches = 0
        self._of: dict[int, list[int]] = {}  # the matches of the organisations of this slice

    def slice(self, numbers: range) -> Rows:
        """These people, with all that could be told them."""
        rows: Rows = {
            each: []
            for each in (
                *(User, Organisation, Membership, Match, SavedSearch),
                *(MailMessage, Digest, DigestItem),
            )
        }
        self._of.clear()
        for number in numbers:
            is_theirs = not self._of or self._random.random() >= SHARES_ONE
            organisation = self._organisation(rows) if is_theirs else self._random.choice(list(self._of))
            self._person(rows, number, organisation, is_theirs=is_theirs)
        return {model: some for model, some in rows.items() if some}

    def _person(self, rows: Rows, number: int, organisation: int, *, is_theirs: bool) -> None:
        before, drawn = self._now - BEFORE, self._random.random()
        often = next(each for each, up_to in OFTEN.items() if drawn < up_to)
        rows[User].append(
            {
                "id": number,
                "email": f"person{number}@bench.example",
                "name": f"Person {number}",
                "password_hash": "nobody signs in with this",
                "created_at": before,
                "confirmed_at": before,
                "digest_frequency": often,
            }
        )
        role = MembershipRole.OWNER if is_theirs else MembershipRole.MEMBER
        rows[Membership].append(
            {"user_id": number, "organisation_id": organisation, "role": role, "created_at": before}
        )
        rows[MailMessage].append(_letter(number, before))
        if self._random.random() < WAS_TOLD:
            rows[Digest].append(
                {"id": number, "user_id": number, "period": before.date(), "frequency": often,
                 "created_at": before, "message_id": number}
            )  # fmt: skip
            rows[DigestItem] += (
                {"digest_id": number, "position": place, "kind": ItemKind.FOUND, "listing_id": ask.id,
                 "organisation_id": organisation}
                for place, ask in enumerate(self._random.sample(self._asks, TOLD))
            )  # fmt: skip
        if self._random.random() < KEEPS_ONE:
            rows[SavedSearch].append(
                {"user_id": number, "organisation_id": organisation, "place_id": 1, "created_at": before,
                 "address": self._random.choice(self._kept), "name": "What we look out for"}
            )  # fmt: skip

    def _organisation(self, rows: Rows) -> int:
        self._organisations += 1
        number = self._askers + self._organisations
        lat, lon, ward = self._spots[number % len(self._spots)]
        rows[Organisation].append(
            {"id": number, "place_id": 1, "kind": OrganisationKind.VOLUNTARY, "lat": lat, "lon": lon,
             "name": f"{ward.capitalize()} Community Group {number}", "created_at": self._now - BEFORE}
        )  # fmt: skip
        made = [self._match(number, ask) for ask in self._random.sample(self._asks, self._some())]
        if self._soon and self._random.random() < PUT_BY:
            kept = self._random.choice(self._soon)
            if all(match["listing_id"] != kept.id for match in made):
                made.append(self._match(number, kept) | {"saved_at": self._now - timedelta(days=3)})
        rows[Match] += made
        self._of[number] = [match["id"] for match in made]
        return number

    def _some(self) -> int:
        return self._random.randint(FEWEST, MOST)

    def _match(self, organisation: int, ask: Ask) -> dict[str, Any]:
        self._matches += 1
        fit, day = 45 + 50 * self._random.random(), self._now - timedelta(days=self._random.randint(1, 6))
        return {
            "id": self._matches,
            "organisation_id": organisation,
            "listing_id": ask.id,
            "score": round(fit),
            "fit": fit,
            "parts": self._parts(ask, round(fit)),
            "model_version": "generated",
            "status": MatchStatus.SUGGESTED,
            "suggested_at": day,
            "scored_at": day,
            "introduced_at": day,
            "saved_at": None,
            "explored": self._random.random() < 0.05,
        }

    def _parts(self, ask: Ask, score: int) -> list[dict[str, Any]]:
        """As many and as long as those of a real match, the heaviest first."""
        miles = self._random.randint(1, 40)
        said = (
            ("category", f"Both are filed under {ask.category}"),
            ("distance", f"{miles} miles apart, inside the 40-mile area served"),
            ("text", f"Both mention {ask.category.lower()}"),
            ("size", "The value is not given, so size counts for half"),
            ("fresh", "Active here lately"),
            ("answers", "New here, so taken to answer as others do"),
        )
        points = sorted((self._random.randint(0, score // 3) for _ in said), reverse=True)
        return [
            {"name": name, "points": n, "words": words} for (name, words), n in zip(said, points, strict=True)
        ]


def _letter(number: int, at: datetime) -> dict[str, Any]:
    """One that they had long ago."""
    return {"id": number, "stream": Stream.DIGEST, "user_id": number, "created_at": at, "sent_at": at,
            "address": f"person{number}@bench.example", "subject": "What was new then"}  # fmt: skip


def _questions(random: Random) -> list[dict[str, str]]:
    """So many different searches, by category and kind."""
    slugs = [each.slug for each in catalogue()]
    pairs = [(slug, family) for slug in slugs for family in (Family.NEED, Family.OPPORTUNITY)]
    chosen = random.sample(pairs, min(SEARCHES, len(pairs)))
    return [{"kind": family.value, "category": slug} for slug, family in chosen]
