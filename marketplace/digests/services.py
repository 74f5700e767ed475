"""Choosing, writing and queueing digests: three functions, once per person and week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for
from sqlalchemy.exc import IntegrityError

from marketplace import audit, mail
from marketplace.accounts.models import User
from marketplace.digests import queries
from marketplace.digests.models import Digest, DigestItem, ItemKind
from marketplace.exposure import services as exposure
from marketplace.exposure.models import Channel
from marketplace.exposure.showing import subject
from marketplace.extensions import db
from marketplace.listings.cards import FAMILY_WORDS, when
from marketplace.matching.models import Match, MatchStatus
from marketplace.organisations.models import Organisation

AT_MOST = 5
NOTHING_NEW = "nothing new that fits"


@dataclass(frozen=True, slots=True)
class Item:
    """One match in the letter."""

    match: Match
    reasons: tuple[str, ...]
    when: str


@dataclass(frozen=True, slots=True)
class Line:
    """A match in the words of the letter; `url` is its page, where it can be answered."""

    family: str
    title: str
    who: str
    town: str
    when: str
    reasons: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the letter says: the best new matches, and how many were left out."""

    subject: str
    items: tuple[Item, ...]
    left_out: int


def period_of(today: date) -> date:
    """The Monday of the week: a digest's period."""
    return today - timedelta(days=today.weekday())


def choose(matches: Sequence[Match], *, today: date) -> Chosen | None:
    """The best of the new matches, or None: an empty digest is never sent."""
    fresh = sorted(matches, key=lambda match: (-match.fit, match.id))
    if not fresh:
        return None
    best = fresh[:AT_MOST]
    items = tuple(
        Item(
            match,
            tuple(part["words"] for part in match.parts if part["points"] > 0)[:2],
            when(match.listing, today=today),
        )
        for match in best
    )
    first = best[0].listing.title
    subject = first if len(best) == 1 else f"{first}, and {len(best) - 1} more for you"
    return Chosen(subject, items, len(fresh) - len(best))


def write(person: User, *, period: date, today: date, now: datetime) -> Digest | None:
    """Write one person's digest for the period, or hold it; None when that was done before.

    The unique row decides: a second scheduler, a re-run or a crash before the commit changes nothing.
    """
    if queries.was_written(person, period):
        return None
    organisations = [membership.organisation for membership in person.memberships]
    new = queries.new_for(person, organisations, today=today)
    chosen = choose(new, today=today)
    digest = Digest(user=person, period=period, created_at=now, held="" if chosen else NOTHING_NEW)
    try:
        with db.session.begin_nested():
            db.session.add(digest)
    except IntegrityError:
        return None
    if chosen is not None:
        _compose(digest, chosen, organisations, now=now)
        _count(chosen, new, today=today)
    audit.record("digest.written" if chosen else "digest.held", digest)
    return digest


def _compose(digest: Digest, chosen: Chosen, organisations: Sequence[Organisation], *, now: datetime) -> None:
    person = digest.user
    digest.message = mail.queue(
        "digest", to_user=person, stream="digest", now=now,
        key=f"digest:{person.id}:{digest.period.isoformat()}",
        person_name=person.name, organisation_names=[each.name for each in organisations],
        chosen=chosen, lines=[_line(item) for item in chosen.items],
        desk_url=url_for("desk.matches"), preferences_url=url_for("digests.preferences"),
    )  # fmt: skip
    for position, item in enumerate(chosen.items):
        digest.items.append(
            DigestItem(
                position=position,
                kind=ItemKind.MATCH,
                match=item.match,
                listing_id=item.match.listing_id,
                organisation_id=item.match.organisation_id,
            )
        )
        item.match.notified_at = now
        if item.match.status is MatchStatus.SUGGESTED:
            item.match.status = MatchStatus.NOTIFIED


def _count(chosen: Chosen, new: Sequence[Match], *, today: date) -> None:
    """What stands in the letter is seen, and all that is new could have stood there."""
    shown = [item.match for item in chosen.items]
    exposure.seen(
        [subject(match.listing) for match in shown],
        day=today,
        channel=Channel.EMAIL,
        explored={subject(match.listing) for match in shown if match.explored},
        eligible=[subject(match.listing) for match in new],
    )


def _line(item: Item) -> Line:
    listing = item.match.listing
    return Line(
        family=FAMILY_WORDS[listing.family],
        title=listing.title,
        who=listing.organisation.name,
        town=listing.town,
        when=item.when,
        reasons=item.reasons,
        url=url_for("matching.show", match_id=item.match.id),
    )
