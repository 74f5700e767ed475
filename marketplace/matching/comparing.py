"""Some candidates side by side: the same questions of each, a row each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlalchemy.orm import aliased

from marketplace.credentials.catalogue import catalogue as credentials
from marketplace.extensions import db
from marketplace.listings.models import Listing
from marketplace.matching.candidates import Candidate
from marketplace.matching.inviting import Rooms
from marketplace.matching.staying_local import Staying
from marketplace.matching.viewing import Side, as_seen_by
from marketplace.organisations.models import OrganisationCredential, PastWork
from marketplace.web import words

NOT_SAID = "Not said"


@dataclass(frozen=True, slots=True)
class Cell:
    """An answer in words; of a part of the score, with its points."""

    words: str
    points: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One question, and the answer of each candidate in their order."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """Work an organisation was paid for: how much of it is known, and the latest."""

    number: int
    latest: PastWork


def reasons(candidates: Sequence[Candidate]) -> list[Row]:
    """Each part of their scores, the one that weighs most anywhere first; they add up in every column."""
    columns = [
        {part["name"]: part for part in as_seen_by(each.match.parts, Side.ASKS)} for each in candidates
    ]
    names = list(dict.fromkeys(name for column in columns for name in column))
    names.sort(key=lambda name: -max(column[name]["points"] for column in columns if name in column))
    return [Row(named(name), tuple(_part(column.get(name)) for column in columns)) for name in names]


def _part(part: Mapping[str, object] | None) -> Cell:
    return Cell(str(part["words"]), int(str(part["points"]))) if part else Cell("Did not count")


def facts(
    listing: Listing, candidates: Sequence[Candidate], *, rooms: Rooms, local: Staying, today: date
) -> list[Row]:
    """What else there is to know of each; what is theirs alone, such as how much room, stays out."""
    ids = [each.match.organisation_id for each in candidates]
    rows = [
        Row("Size", _cells(each.size for each in candidates)),
        Row("Where", _cells(_where(each) for each in candidates)),
        Row("What they said", _cells(each.said for each in candidates)),
        Row("Room just now", _cells(_room(rooms.get(number)) for number in ids)),
        *papers(listing, ids, today=today),
    ]
    if local.sentences:
        rows.append(
            Row("What would stay local", _cells(local.sentences[number] or NOT_SAID for number in ids))
        )
    return rows


def papers(listing: Listing, ids: Sequence[int], *, today: date) -> list[Row]:
    """What these organisations say they hold, what is asked for first, and work they were paid for."""
    held, done = _credentials(ids), _past_work(ids)
    must_have = credentials().among(listing.must_have)
    rows = []
    for credential in must_have:
        covered = [credential.slug in credentials().covered_by(held[number]) for number in ids]
        rows.append(Row(credential.name, _cells("Yes, they say" if each else NOT_SAID for each in covered)))
    rows.append(
        Row(
            "What else they hold" if must_have else "What they say they hold",
            _cells(_holds(held[number], besides={each.slug for each in must_have}) for number in ids),
        )
    )
    rows.append(Row("Public work done before", _cells(_work(done.get(number), today) for number in ids)))
    return rows


def named(part: str) -> str:
    """A part of the score as a question; one nobody named here, by its own name."""
    return PART_NAMES.get(part) or part.replace("_", " ").capitalize()


PART_NAMES = {
    "text": "What they say and you ask",
    "meaning": "What it is about",
    "category": "Line of work",
    "distance": "Distance",
    "size": "Size of the work",
    "quantity": "Kind of help",
    "record": "What else they do or did",
    "room": "Room",
    "lacking": "Still missing",
    "answers": "How they answer",
    "fresh": "Lately active",
}


def _cells(answers: Iterable[str]) -> tuple[Cell, ...]:
    return tuple(Cell(each) for each in answers)


def _where(each: Candidate) -> str:
    parts = [each.match.organisation.town, words.miles(each.miles)]
    return ", ".join(part for part in parts if part) or NOT_SAID


def _room(room: int | None) -> str:
    if room is None:
        return NOT_SAID
    return "They have room" if room > 0 else "No room just now"


def _holds(held: frozenset[str], *, besides: set[str]) -> str:
    found = [each.name for each in credentials().among(held) if each.slug not in besides]
    return ", ".join(found) or ("Nothing else" if besides else NOT_SAID)


def _work(done: Done | None, today: date) -> str:
    if done is None:
        return "None that we know of"
    latest = done.latest
    when = f", {words.ago(latest.awarded_on, today)}" if latest.awarded_on else ""
    return f"{words.count(done.number, 'piece')} of work; the latest: “{latest.title}”{when}"


def _credentials(ids: Sequence[int]) -> dict[int, frozenset[str]]:
    held: dict[int, set[str]] = {number: set() for number in ids}
    query = db.select(OrganisationCredential).where(OrganisationCredential.organisation_id.in_(ids))
    for row in db.session.scalars(query):
        held[row.organisation_id].add(row.credential)
    return {number: frozenset(slugs) for number, slugs in held.items()}


def _past_work(ids: Sequence[int]) -> dict[int, Done]:
    """The latest of each, with how many there are, in one query."""
    theirs = PastWork.organisation_id
    latest_first = (PastWork.awarded_on.desc().nulls_last(), PastWork.id.desc())
    ranked = (
        db.select(
            PastWork,
            func.row_number().over(order_by=latest_first, partition_by=theirs).label("place"),
            func.count().over(partition_by=theirs).label("number"),
        )
        .where(PastWork.organisation_id.in_(ids))
        .subquery()
    )
    work = aliased(PastWork, ranked)
    query = db.select(work, ranked.c.number).where(ranked.c.place == 1)
    return {row.organisation_id: Done(number, row) for row, number in db.session.execute(query)}
