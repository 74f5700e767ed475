"""What waits for an organisation: read in a few queries, said in sentences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from sqlalchemy.orm import joinedload

from marketplace.extensions import db
from marketplace.listings import queries as listings
from marketplace.listings.cards import STATUS_WORDS, Card, address, card, miles_apart
from marketplace.listings.models import ASKS, Listing, ListingStatus
from marketplace.matching import viewing
from marketplace.matching.models import Match, MatchStatus
from marketplace.matching.viewing import Side
from marketplace.messages import queries as messages
from marketplace.organisations.models import Organisation
from marketplace.pledges import lists as pledges
from marketplace.pledges import queries as given
from marketplace.pledges.lists import Move, Queue
from marketplace.pledges.models import Delivery, DeliveryStatus, End, Pledge, PledgeStatus
from marketplace.responses import queries as responses
from marketplace.responses.deadlines import closed_on, decides_by, is_overdue
from marketplace.responses.models import Response, ResponseStatus
from marketplace.web import words


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that is this organisation's move."""

    words: str
    detail: str
    url: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A match as it lies on the desk: the notice, and the reasons that weigh most."""

    match: Match
    card: Card
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a match that was taken up, and where that can be read."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class ForTheConvener:
    """So many of one kind that wait for a decision or a look."""

    number: int
    one: str
    many: str
    url: str


REASONS_SHOWN = 2
WAITING_SHOWN = 12  # promises; all of them have a page of their own
UNDER_WAY_SHOWN = 8
DONE_SHOWN = 8


def suggestions(matches: Iterable[Match], *, today: date) -> list[Suggestion]:
    """Matches ready to be laid on the desk; their listings and organisations are loaded already."""
    return [
        Suggestion(
            match,
            card(match.listing, today=today, miles=miles_apart(match.organisation, match.listing)),
            viewing.reasons(match, Side.FITS, limit=REASONS_SHOWN),
        )
        for match in matches
    ]


def what_came(organisation: Organisation, matches: Iterable[Match]) -> dict[int, Came]:
    """What became of those that were taken up, by listing: two queries, however many there are."""
    taken_up = [match.listing_id for match in matches if match.status is MatchStatus.CONVERTED]
    if not taken_up:
        return {}
    given = db.select(Pledge).where(Pledge.giver_id == organisation.id, Pledge.listing_id.in_(taken_up))
    answered = db.select(Response).where(
        Response.supplier_id == organisation.id, Response.opportunity_id.in_(taken_up)
    )
    promises = db.session.scalars(given.options(joinedload(Pledge.quantity_row)).order_by(Pledge.id))
    found = {
        pledge.listing_id: Came(
            f"You promised {pledge.what}: {PLEDGE_CAME[pledge.status]}",
            url_for("pledges.show", pledge_id=pledge.id),
        )
        for pledge in promises  # of several, the last
    }
    for response in db.session.scalars(answered):
        found[response.opportunity_id] = Came(
            f"You answered: {RESPONSE_CAME[response.status]}",
            url_for("responses.show", response_id=response.id),
        )
    return found


PLEDGE_CAME = {
    PledgeStatus.DRAFT: "it waits for your team’s yes",
    PledgeStatus.WAITING: "you are on the waiting list",
    PledgeStatus.OFFERED: "it waits for their yes",
    PledgeStatus.ACCEPTED: "they said yes",
    PledgeStatus.SCHEDULED: "they said yes, and the day is agreed",
    PledgeStatus.PARTLY_DELIVERED: "some of it is given",
    PledgeStatus.DELIVERED: "given, and waits to be confirmed",
    PledgeStatus.CONFIRMED: "given and confirmed",
    PledgeStatus.VERIFIED: "given, confirmed and checked",
    PledgeStatus.DISPUTED: "the convener looks at what came",
    PledgeStatus.DECLINED: "they said no",
    PledgeStatus.WITHDRAWN: "it was called off",
    PledgeStatus.LAPSED: "it lapsed",
    PledgeStatus.NOT_DELIVERED: "it did not come",
}
PLEDGE_STANDS = PLEDGE_CAME | {  # the same, whichever side reads
    PledgeStatus.DRAFT: "waits for the team’s yes",
    PledgeStatus.WAITING: "on the waiting list",
    PledgeStatus.OFFERED: "waits for a yes",
    PledgeStatus.ACCEPTED: "accepted, and the day is to be agreed",
    PledgeStatus.SCHEDULED: "accepted, and the day is agreed",
    PledgeStatus.DECLINED: "declined",
}
RESPONSE_CAME = {
    ResponseStatus.INTERESTED: "it waits for their decision",
    ResponseStatus.SHORTLISTED: "you are on the shortlist",
    ResponseStatus.OFFERED: "they offer you the work",
    ResponseStatus.WON: "you won",
    ResponseStatus.LOST: "somebody else was chosen",
    ResponseStatus.DECLINED: "they said no",
    ResponseStatus.WITHDRAWN: "you took it back",
}


def notices_by_status(organisation: Organisation, *, today: date) -> list[tuple[str, list[Card]]]:
    """Everything they wrote, under the words for where each stands: what is on the board first."""
    found = listings.of_organisation(organisation)
    first = (ListingStatus.PUBLISHED, ListingStatus.DRAFT)
    order = [*first, *(status for status in ListingStatus if status not in first)]
    grouped = [
        (STATUS_WORDS[status], [card(row, today=today) for row in found if row.status is status])
        for status in order
    ]
    return [(words, cards) for words, cards in grouped if cards]


def waiting_for(organisation: Organisation, *, today: date) -> list[Waiting]:
    """What waits for them, oldest first; then what has its day still to come, and drafts."""
    found = [*_pledges(organisation, today), *_responses(organisation), *_interest(organisation)]
    found += [*_questions(organisation), *_decisions(organisation, today), *_payments(organisation)]
    found.sort(key=lambda each: (each.since is None, each.since))
    return found + _drafts(organisation)


def _more(there_are: bool) -> list[Waiting]:
    """That there are more promises than the desk shows."""
    url = url_for("desk.pledges")
    return [Waiting("More promises wait for you", "See all of them.", url, None)] if there_are else []


def for_the_convener() -> list[ForTheConvener]:
    """What waits for whoever works for the place, by kind."""
    queue = url_for("pledges_deciding.index")
    found = [
        ForTheConvener(pledges.queue_of(each, limit=1)[1], one, many, f"{queue}#{each}")
        for each, (one, many) in QUEUES.items()
    ]
    reported = len(messages.open_reports())
    return [
        *found,
        ForTheConvener(reported, "message reported", "messages reported", url_for("minding.reports")),
    ]


QUEUES = {
    Queue.DISPUTED: (
        "promise seen differently by its two sides",
        "promises seen differently by their two sides",
    ),
    Queue.UNCONFIRMED: (
        "gift that nobody said came or did not",
        "gifts that nobody said came or did not",
    ),
    Queue.TO_VERIFY: ("gift to be checked", "gifts to be checked"),
}


def under_way(organisation: Organisation) -> Sequence[Pledge | Response]:
    """Pledges of theirs, and answers they gave, that have not ended and wait for somebody else."""
    theirs = pledges.page_of(organisation, Move.THEIRS, part=None, after=None, limit=UNDER_WAY_SHOWN).pledges
    open_answers = (ResponseStatus.INTERESTED, ResponseStatus.SHORTLISTED)
    answers = [
        each
        for each in responses.of_organisation(organisation)
        if each.status in open_answers and each.supplier_id == organisation.id
    ]
    return [*theirs, *answers]


def done_so_far(organisation: Organisation) -> Sequence[Pledge]:
    """The latest that was given or received, and confirmed."""
    return given.confirmed_of(organisation, limit=DONE_SHOWN)


def _pledges(organisation: Organisation, today: date) -> list[Waiting]:
    """Promises whose next move is theirs; what is to be given on a later day has not waited yet."""
    page = pledges.page_of(organisation, Move.YOURS, part=None, after=None, limit=WAITING_SHOWN)
    found = [
        Waiting(
            *pledge_words(pledge, organisation),
            url_for("pledges.show", pledge_id=pledge.id),
            None if _is_to_come(pledge, organisation, today) else pledge.turn_began_at or pledge.offered_at,
        )
        for pledge in sorted(page.pledges, key=_day)
    ]
    return found + _more(page.after is not None)


def pledge_words(pledge: Pledge, organisation: Organisation) -> tuple[str, str]:
    """What waits for this organisation, and what they are asked for."""
    end = End.GIVER if pledge.giver_id == organisation.id else End.RECEIVER
    other, towards = pledge.organisation_of(end.other).name, f"For “{pledge.listing.title}”."
    if pledge.proposed_by is end.other:
        return f"{other} proposes another day for {pledge.what}", f"{towards} Does it suit you?"
    if pledge.status is PledgeStatus.DRAFT:
        return f"{pledge.what} to {other} waits for your team", "Approve it, or say why not."
    if pledge.status is PledgeStatus.OFFERED:
        verb = "offers" if end is End.RECEIVER else "asks for"
        return f"{other} {verb} {pledge.what}", f"{towards} Say yes or no."
    if end is End.RECEIVER:
        return f"{other} says {_given(pledge)} was given", f"{towards} Did it come?"
    return _yours_to_give(pledge, other)


def _yours_to_give(pledge: Pledge, other: str) -> tuple[str, str]:
    if pledge.status is not PledgeStatus.ACCEPTED:
        row = _next(pledge)
        what = pledge.quantity_row.words(row.quantity) if row else pledge.what
        when = f" on {words.short_day(row.due_on)}" if row and row.due_on else ""
        return f"{what} for {other}{when}: yours to give", "Tell them when it is given."
    if pledge.begun_by is End.GIVER:
        return f"{other} said yes to {pledge.what}", "Propose a day, or tell them when it is given."
    return f"{pledge.what} for {other}: no day is agreed", "Propose one, or tell them when it is given."


def _next(pledge: Pledge) -> Delivery | None:
    """The next time that something is still to be given."""
    return next((row for row in pledge.deliveries if row.status is DeliveryStatus.PLANNED), None)


def _day(pledge: Pledge) -> date:
    row = _next(pledge)
    return row.due_on if row and row.due_on else date.min


def _given(pledge: Pledge) -> str:
    """How much waits to be confirmed; of something given several times, not what was or is to come."""
    given = sum(row.delivered for row in pledge.deliveries if row.status is DeliveryStatus.DELIVERED)
    return pledge.quantity_row.words(given) if given else pledge.what


def _is_to_come(pledge: Pledge, organisation: Organisation, today: date) -> bool:
    """Whether this organisation has only to wait for the day on which it gives."""
    if pledge.giver_id != organisation.id or pledge.proposed_by is End.RECEIVER:
        return False
    row = _next(pledge)
    return row is not None and row.due_on is not None and row.due_on > today


def _responses(organisation: Organisation) -> list[Waiting]:
    """Work they were offered; and answers that came while a notice takes more, for then all are decided."""
    found = []
    for each in responses.of_organisation(organisation):
        title, url = each.opportunity.title, url_for("responses.show", response_id=each.id)
        if each.supplier_id == organisation.id and each.status is ResponseStatus.OFFERED:
            what = f"{each.buyer.name} would like you to do “{title}”"
            found.append(Waiting(what, "Tell them that you will, or that you cannot.", url, each.offered_at))
        waits = each.status is ResponseStatus.INTERESTED and (
            each.opportunity.is_open or each.opportunity.source
        )
        if each.buyer_id == organisation.id and waits:
            what = f"{each.supplier.name} answered “{title}”"
            found.append(Waiting(what, "Shortlist them, or say why not.", url, each.interested_at))
    return found


def _questions(organisation: Organisation) -> list[Waiting]:
    return [
        Waiting(
            f"A question about “{each.opportunity.title}” waits",
            "Answer it for everybody before the notice closes.",
            url_for("responses_asking.answer", question_id=each.id),
            each.asked_at,
        )
        for each in responses.unanswered(organisation)
    ]


def _decisions(organisation: Organisation, today: date) -> list[Waiting]:
    found = []
    for each in responses.undecided(organisation):
        closed = closed_on(each, today=today)
        by = f"Everyone who answered hears by {words.short_day(decides_by(closed))}." if closed else ""
        if closed and is_overdue(closed, today=today):
            by = "Your notice says that nothing was decided yet."
        url = url_for("responses_deciding.answers", opportunity_id=each.id)
        found.append(
            Waiting(f"“{each.title}” is closed: decide", by, url, each.closed_at or each.withdrawn_at)
        )
    return found


def _payments(organisation: Organisation) -> list[Waiting]:
    return [
        Waiting(
            f"{each.outcome.buyer.name} says {words.money(each.pounds)} was paid to you",
            "Did it come?",
            url_for("responses_deciding.outcome", outcome_id=each.outcome_id),
            each.declared_at,
        )
        for each in responses.payments_to_agree(organisation)
    ]


def _interest(organisation: Organisation) -> list[Waiting]:
    """Who said they are interested in a notice of theirs, and nothing more yet."""
    query = (
        db.select(Match, Organisation.name, Listing.title)
        .join(Organisation, Match.organisation_id == Organisation.id)
        .join(Listing, Match.listing_id == Listing.id)
        .where(
            Listing.organisation_id == organisation.id,
            Listing.status == ListingStatus.PUBLISHED,
            Match.status == MatchStatus.INTERESTED,
        )
        .order_by(Match.interested_at)
        .limit(20)
    )
    return [
        Waiting(
            f"{name} is interested in “{title}”",
            "See how well they fit.",
            url_for("matching.show", match_id=match.id),
            match.interested_at,
        )
        for match, name, title in db.session.execute(query)
    ]


def _drafts(organisation: Organisation) -> list[Waiting]:
    query = (
        db.select(Listing)
        .where(Listing.organisation_id == organisation.id, Listing.status == ListingStatus.DRAFT)
        .order_by(Listing.updated_at.desc())
        .limit(10)
    )
    return [
        Waiting(
            f"“{draft.title}” is still a draft",
            "Publish it so that people can find it."
            if draft.family in ASKS
            else "Publish it so that it can be matched.",
            address(draft, "preview"),
            None,
        )
        for draft in db.session.scalars(query)
    ]
