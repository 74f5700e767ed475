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
from marketplace.organisations.models import Organisation
from marketplace.pledges import queries as pledges
from marketplace.pledges.models import Pledge, PledgeStatus
from marketplace.responses import queries as responses
from marketplace.responses.models import Response, ResponseStatus


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


REASONS_SHOWN = 2


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
    PledgeStatus.OFFERED: "it waits for their yes",
    PledgeStatus.ACCEPTED: "they said yes",
    PledgeStatus.DELIVERED: "given, and waits to be confirmed",
    PledgeStatus.CONFIRMED: "given and confirmed",
    PledgeStatus.DECLINED: "they said no",
    PledgeStatus.WITHDRAWN: "you took it back",
}
RESPONSE_CAME = {
    ResponseStatus.INTERESTED: "it waits for their decision",
    ResponseStatus.SHORTLISTED: "you are on the shortlist",
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
    """Everything that waits for an answer of theirs, oldest first, drafts last."""
    found = [*_pledges(organisation), *_responses(organisation), *_interest(organisation)]
    found.sort(key=lambda each: (each.since is None, each.since))
    return found + _drafts(organisation)


def under_way(organisation: Organisation) -> Sequence[Pledge | Response]:
    """Pledges and answers of theirs that have not ended."""
    theirs = [
        pledge for pledge in pledges.of_organisation(organisation) if pledge.status not in pledges.ENDED
    ]
    open_answers = (ResponseStatus.INTERESTED, ResponseStatus.SHORTLISTED)
    answers = [each for each in responses.of_organisation(organisation) if each.status in open_answers]
    return [*theirs, *answers]


def done_so_far(organisation: Organisation) -> Sequence[Pledge]:
    """What was given or received, and confirmed."""
    return pledges.confirmed_of(organisation)


def _pledges(organisation: Organisation) -> list[Waiting]:
    found = []
    for pledge in pledges.of_organisation(organisation):
        url = url_for("pledges.show", pledge_id=pledge.id)
        if pledge.receiver_id == organisation.id and pledge.status is PledgeStatus.OFFERED:
            words = f"{pledge.giver.name} offers {pledge.what}"
            found.append(
                Waiting(words, f"For “{pledge.listing.title}”. Say yes or no.", url, pledge.offered_at)
            )
        elif pledge.receiver_id == organisation.id and pledge.status is PledgeStatus.DELIVERED:
            words = f"{pledge.giver.name} says {pledge.what} was given"
            found.append(
                Waiting(words, f"For “{pledge.listing.title}”. Did it come?", url, pledge.delivered_at)
            )
        elif pledge.giver_id == organisation.id and pledge.status is PledgeStatus.ACCEPTED:
            words = f"{pledge.receiver.name} said yes to {pledge.what}"
            found.append(Waiting(words, "Tell them when it is given.", url, pledge.accepted_at))
    return found


def _responses(organisation: Organisation) -> list[Waiting]:
    return [
        Waiting(
            f"{each.supplier.name} answered “{each.opportunity.title}”",
            "Shortlist them, or say why not.",
            url_for("responses.show", response_id=each.id),
            each.interested_at,
        )
        for each in responses.of_organisation(organisation)
        if each.buyer_id == organisation.id and each.status is ResponseStatus.INTERESTED
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
