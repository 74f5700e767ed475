"""The digests of a day: chosen and put into a run for a page of people at a time, each page one transaction.

A page can be done again at any point. Who has a digest of the period is passed over, and the unique row of
person and period decides between two that work at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, insert, update

from marketplace import mail
from marketplace.accounts.models import DigestFrequency, User
from marketplace.digests import choosing, gathering, queries, wording
from marketplace.digests.choosing import Candidate, Choice
from marketplace.digests.due import local_day, period_of
from marketplace.digests.easing import slower
from marketplace.digests.finding import Finder
from marketplace.digests.gathering import Reader
from marketplace.digests.links import Links
from marketplace.digests.models import Digest, DigestItem
from marketplace.digests.queries import Facts, Person
from marketplace.discovery.models import SavedSearch
from marketplace.exposure import queries as exposure
from marketplace.exposure import recording
from marketplace.exposure.models import Channel
from marketplace.extensions import db
from marketplace.mail import Draft
from marketplace.mail.models import MailRun, Stream
from marketplace.mail.services import inserting
from marketplace.matching.models import Match, MatchStatus
from marketplace.places import queries as places
from marketplace.subscriptions import services as subscriptions
from search.ranking.fairness import Bank

AT_ONCE = 1_000  # people of a page
NOTHING_NEW = "nothing new that fits"
NO_LETTER = "the run was called off"
TEMPLATE = "digest"


@dataclass(slots=True)
class Means:
    """What a run works with from page to page: the day, what searches found, and what fairness may spend."""

    day: date
    now: datetime
    finder: Finder
    links: Links
    bank: Bank = field(default_factory=Bank)


@dataclass(slots=True)
class Counts:
    """What came of people: `put_off` are those with enough letters for today, or who get none."""

    sent: int = 0
    held: int = 0
    put_off: int = 0
    eased: int = 0

    def __iadd__(self, more: "Counts") -> "Counts":
        self.sent += more.sent
        self.held += more.held
        self.put_off += more.put_off
        self.eased += more.eased
        return self


@dataclass(frozen=True, slots=True)
class Written:
    """One person's digest of the day: what was chosen, or None; and what they were eased to, if they were."""

    person: Person
    reader: Reader
    choice: Choice | None
    eased_to: DigestFrequency | None = None

    @property
    def user(self) -> User:
        return self.person.user


def means(day: date, now: datetime) -> Means:
    """For one run in one process."""
    return Means(day, now, Finder(places.require_place(), day), Links(day))


def begin(day: date, now: datetime) -> MailRun:
    """The run of this day: new, or the one to go on with."""
    return mail.begin_run(Stream.DIGEST, day, now)


def page(
    run: MailRun, using: Means, *, after: int, upto: int | None = None, limit: int = AT_ONCE
) -> tuple[int | None, Counts]:
    """Write to the people of one page; returns the id of the last who was looked at, None when all were."""
    counts = Counts()
    people = queries.due_page(using.day, after=after, upto=upto, limit=limit)
    if people is None:
        return None, counts
    written = choose_for(people.due, using)
    counts.put_off = len(people.due) - len(written)
    counts += write(run, written, using)
    return people.last, counts


def everybody(now: datetime) -> Counts:
    """All digests of the day, in this one transaction; their letters leave after it."""
    day, counts, after = local_day(now), Counts(), 0
    run, using = begin(day, now), means(day, now)
    while True:
        last, more = page(run, using, after=after)
        if last is None:
            break
        counts += more
        after = last
    run.chosen_to, run.chosen_at = after, now
    mail.hand_over(run.id)
    return counts


def rehearse(using: Means, *, after: int, limit: int = AT_ONCE) -> tuple[int | None, Counts]:
    """The same, with nothing written."""
    people = queries.due_page(using.day, after=after, limit=limit)
    if people is None:
        return None, Counts()
    written = choose_for(people.due, using)
    sent = sum(each.choice is not None for each in written)
    eased = sum(each.eased_to is not None for each in written)
    return people.last, Counts(sent, len(written) - sent, len(people.due) - len(written), eased)


def choose_for(people: Sequence[Person], using: Means) -> list[Written]:
    """What each of these is told today; who has enough letters, or wants none of these, is left out."""
    ids = [person.id for person in people]
    if not ids:
        return []
    out = queries.full_today(ids, using.day) | subscriptions.gets(Stream.DIGEST, ids).keys()
    ready = [person for person in people if person.id not in out]
    readers = gathering.gather([person.id for person in ready], today=using.day, finder=using.finder)
    account = exposure.account(
        exposure.Window.until(using.day),
        {each.subject for reader in readers.values() for each in reader.candidates},
    )
    written = []
    for person in ready:
        choice = choosing.choose(
            readers[person.id].candidates,
            today=using.day,
            account=account,
            bank=using.bank,
            seed=f"{using.day}:{person.id}",
        )
        eased_to = slower(person.user.digest_frequency, person.past) if choice else None
        written.append(Written(person, readers[person.id], choice, eased_to))
    return written


def facts_of(written: Iterable[Written]) -> Facts:
    """What their letters say of listings and organisations."""
    chosen = [item for each in written if each.choice for item in each.choice.items]
    organisations = {number for each in written for number in each.reader.organisation_ids}
    organisations |= {item.organisation_id for item in chosen if item.organisation_id}
    return queries.facts({item.listing_id for item in chosen}, organisations)


def draft(each: Written, facts: Facts, using: Means) -> Draft:
    """The letter of one whose digest has something in it."""
    if each.choice is None:
        raise ValueError("There is nothing to write about")
    user, choice = each.user, each.choice
    period = period_of(user.digest_frequency, using.day)
    words = wording.letter(
        user,
        choice,
        period=period,
        facts=facts,
        searches={search.id: search.name for search in each.reader.searches},
        organisation_ids=each.reader.organisation_ids,
        links=using.links,
        often=each.eased_to or user.digest_frequency,
        eased_from=user.digest_frequency if each.eased_to else None,
        today=using.day,
    )
    return Draft(
        user_id=user.id,
        address=user.email,
        template=TEMPLATE,
        subject=wording.subject([line["title"] for line in words["lines"]]),
        words=words,
        key=f"digest:{user.id}:{period.isoformat()}",
        unsubscribe_url=subscriptions.stop_url(user, Stream.DIGEST),
    )


def write(run: MailRun, written: Sequence[Written], using: Means) -> Counts:
    """Keep these digests and their letters, and what follows; those somebody else wrote are theirs."""
    to_write = [each for each in written if each.choice]
    facts = facts_of(to_write)
    drafts = {each.user.id: draft(each, facts, using) for each in to_write}
    digest_ids = _keep(written, using)  # from here on others wait until this is committed
    mine = [each for each in written if each.user.id in digest_ids]
    full = [each for each in mine if each.choice is not None]
    if full:
        _keep_items(full, digest_ids)
        message_ids = mail.queue_many(run, [drafts[each.user.id] for each in full], using.now)
        db.session.execute(
            update(Digest),
            [
                {
                    "id": digest_ids[each.user.id],
                    "message_id": message_id,
                    "held": "" if message_id else NO_LETTER,
                }
                for each, message_id in zip(full, message_ids, strict=True)
            ],
        )
        _ease(full, using.now)
        _tell(full, using.now)
        _have_seen(full, using.now)
        recording.save(_sums(full, using.day), db.session.connection())
    return Counts(
        sent=len(full), held=len(mine) - len(full), eased=sum(each.eased_to is not None for each in full)
    )


def _keep(written: Sequence[Written], using: Means) -> dict[int, int]:
    """The digests that were not there: their ids, by person."""
    rows = [
        {
            "user_id": each.user.id,
            "period": period_of(each.user.digest_frequency, using.day),
            "frequency": each.eased_to or each.user.digest_frequency,
            "created_at": using.now,
            "held": "" if each.choice else NOTHING_NEW,
        }
        for each in written
    ]
    if not rows:
        return {}
    statement = inserting(Digest).on_conflict_do_nothing(index_elements=["user_id", "period"])
    found = db.session.execute(statement.returning(Digest.user_id, Digest.id), rows)
    return {row.user_id: row.id for row in found}


def _keep_items(full: Sequence[Written], digest_ids: Mapping[int, int]) -> None:
    rows = [
        {
            "digest_id": digest_ids[each.user.id],
            "position": position,
            "kind": item.kind,
            "listing_id": item.listing_id,
            "organisation_id": item.organisation_id,
            "match_id": item.match_id,
            "search_id": item.search_id,
            "explored": item.explored,
        }
        for each in full
        for position, item in enumerate(_items(each))
    ]
    db.session.execute(insert(DigestItem.__table__), rows)  # of the table: one statement for all


def _items(each: Written) -> tuple[Candidate, ...]:
    return each.choice.items if each.choice else ()


def _ease(full: Sequence[Written], now: datetime) -> None:
    """Write less often from now on to who did not answer; their letter of today says so."""
    eased: list[dict[str, Any]] = [
        {
            "id": each.user.id,
            "eased_from": each.user.digest_frequency,
            "eased_at": now,
            "digest_frequency": each.eased_to,
        }
        for each in full
        if each.eased_to
    ]
    if eased:
        db.session.execute(update(User), eased)


def _tell(full: Sequence[Written], now: datetime) -> None:
    """Note on the matches that somebody was written to. In the order of their ids: others may do the same."""
    ids = sorted({item.match_id for each in full for item in _items(each) if item.match_id})
    if ids:
        status = case((Match.status == MatchStatus.SUGGESTED, MatchStatus.NOTIFIED), else_=Match.status)
        db.session.execute(
            update(Match)
            .where(Match.id.in_(ids))
            .values(notified_at=now, status=status)
            .execution_options(synchronize_session=False)
        )


def _have_seen(full: Sequence[Written], now: datetime) -> None:
    """Searches all of whose finds are told begin anew; of others the rest is told another time."""
    told = []
    for each in full:
        listed = {item.listing_id for item in _items(each)}
        finds: dict[int, set[int]] = {}
        for one in each.reader.candidates:
            if one.search_id is not None:
                finds.setdefault(one.search_id, set()).add(one.listing_id)
        told += [search_id for search_id, found in finds.items() if found <= listed]
    if told:
        db.session.execute(
            update(SavedSearch)
            .where(SavedSearch.id.in_(told))
            .values(last_seen_at=now)
            .execution_options(synchronize_session=False)
        )


def _sums(full: Sequence[Written], day: date) -> recording.Sums:
    """What stands in the letters is seen, and all that could have stood there is due a share."""
    sums: recording.Sums = {}
    for each in full:
        if each.choice is not None:
            more = recording.sums_of(
                [item.subject for item in each.choice.items],
                day=day,
                channel=Channel.EMAIL,
                explored={item.subject for item in each.choice.items if item.explored},
                eligible=each.choice.eligible,
            )
            recording.add(sums, more)
    return sums
