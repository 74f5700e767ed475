"""Promising, and what the giver's own team says to it. Every other verb about pledges is here by name too.

All take `actor` (None where a command or a job does it) and `now`, raise `Refused` with a sentence, and do
nothing more when a button is pressed twice. None commits; after `Refused` the caller rolls back.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import bindparam

from marketplace import audit
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db, find_or_insert, insert_unless_there
from marketplace.listings.models import Listing, Quantity
from marketplace.needs.models import Need
from marketplace.offers.models import Offer
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation
from marketplace.pledges import days, holding, moves, turns, waiting
from marketplace.pledges.answering import accept, agree, decline, propose, withdraw
from marketplace.pledges.deciding import ask_to_verify, dispute, settle, verify
from marketplace.pledges.giving import certify, confirm, deliver, not_delivered
from marketplace.pledges.models import Bundle, End, Pledge, PledgeStatus, Rhythm
from marketplace.pledges.thanking import take_down_story, thank
from marketplace.responses.models import Outcome
from marketplace.teams import queries as teams
from marketplace.teams import services as limits
from marketplace.teams.models import Part

__all__ = [
    "PledgeDetails",
    "accept",
    "agree",
    "approve",
    "ask_to_verify",
    "certify",
    "confirm",
    "decline",
    "deliver",
    "dispute",
    "make_bundle",
    "not_delivered",
    "offer",
    "propose",
    "request",
    "settle",
    "take_down_story",
    "thank",
    "turn_down",
    "verify",
    "withdraw",
]

MOST_TIMES = 104  # weekly for two years


@dataclass(frozen=True, kw_only=True)
class PledgeDetails:
    """How much of which line, how often and when, and what they say. Quantities in the line's unit."""

    quantity_id: int
    each: int  # every time
    times: int = 1
    rhythm: Rhythm = Rhythm.ONCE
    words: str = ""
    conditions: str = ""
    starts_on: date | None = None
    timing: str = ""
    contract_id: int | None = None  # an opportunity that this counts for
    credited_id: int | None = None  # whose giving it counts as, if not the giver's
    form_key: str
    wait: bool = False  # join the list where there is no room
    bundle_id: int | None = None

    @property
    def quantity(self) -> int:
        return self.each * self.times


def offer(need: Need, details: PledgeDetails, *, giver: Organisation, actor: User, now: datetime) -> Pledge:
    """Promise a quantity of one line of a need; the same form sent twice is one pledge.

    It waits for the giver's own team where the actor may not promise so much alone, and for room where the
    line is full and `details.wait`.
    """
    moves.may_give(giver.id, actor)
    if (repeated := _sent_before(details.form_key, giver_id=giver.id)) is not None:
        return repeated
    if not need.is_open:
        raise Refused("This need takes no more pledges.")
    line = _line(need, details, now=now)
    _counts_for(details, giver)
    ends = _Ends(End.GIVER, giver.id, need.organisation_id)
    membership = teams.membership_of(giver.id, actor)
    if membership and limits.needs_approval(giver, membership, line.kind, details.quantity):
        return _begin(ends, line, details, PledgeStatus.DRAFT, actor=actor, now=now)
    status = _place(line, details.quantity, is_asked_for=False, wait=details.wait)
    return _begin(ends, line, details, status, actor=actor, now=now)


def request(
    offer: Offer, details: PledgeDetails, *, receiver: Organisation, actor: User, now: datetime
) -> Pledge:
    """Ask for a quantity of a standing offer; whoever made the offer answers. Twice is once."""
    moves.belongs(receiver.id, actor)
    if (repeated := _sent_before(details.form_key, receiver_id=receiver.id)) is not None:
        return repeated
    if not offer.is_open:
        raise Refused("This offer cannot be asked for any more.")
    line = _line(offer, details, now=now)
    if details.contract_id is not None or details.credited_id is not None or details.bundle_id is not None:
        raise Refused("Whoever gives says what it counts for.")
    ends = _Ends(End.RECEIVER, offer.organisation_id, receiver.id)
    status = _place(line, details.quantity, is_asked_for=True, wait=details.wait)
    return _begin(ends, line, details, status, actor=actor, now=now)


def approve(pledge: Pledge, *, actor: User | None, now: datetime) -> None:
    """Say yes to what a colleague would like to promise; from here on it is a promise."""
    moves.hold(pledge)
    if pledge.approved_at is not None:
        return
    if pledge.status is not PledgeStatus.DRAFT:
        raise moves.already(pledge)
    _may_approve(pledge, actor)
    if not pledge.listing.is_open:
        raise Refused("This need takes no more pledges.")
    has_room = pledge.quantity <= waiting.free(pledge.quantity_row)
    pledge.approved_at, pledge.approved_by_id = now, actor.id if actor else None
    moves.change(pledge, PledgeStatus.OFFERED if has_room else PledgeStatus.WAITING, now=now)
    audit.record("pledge.approved", pledge, actor=actor, quantity=pledge.quantity)
    _made(pledge, actor=actor, now=now)


def turn_down(pledge: Pledge, words: str, *, actor: User | None, now: datetime) -> None:
    """Say no to what a colleague would like to promise; the other end never hears of it."""
    moves.hold(pledge)
    if pledge.status is PledgeStatus.DECLINED and pledge.offered_at is None:
        return
    if pledge.status is not PledgeStatus.DRAFT:
        raise moves.already(pledge)
    _may_approve(pledge, actor)
    pledge.reason_words, pledge.ended_by = words[:500], End.GIVER
    moves.change(pledge, PledgeStatus.DECLINED, now=now)
    audit.record("pledge.turned_down", pledge, actor=actor, quantity=pledge.quantity)


def make_bundle(name: str, form_key: str, *, giver: Organisation, actor: User, now: datetime) -> Bundle:
    """Begin a bundle of pledges to several small needs; give its id with the details of each."""
    moves.may_give(giver.id, actor)
    key = {"form_key": form_key, "giver_id": giver.id}
    bundle, is_new = find_or_insert(Bundle, key, name=name, created_at=now, created_by_id=actor.id)
    if is_new:
        audit.record("bundle.made", bundle, actor=actor)
    return bundle


def _line(listing: Listing, details: PledgeDetails, *, now: datetime) -> Quantity:
    """The line that is meant; refuses what makes no sense towards it."""
    line = next((row for row in listing.quantities if row.id == details.quantity_id), None)
    if line is None:
        raise Refused("Choose what you would give.", field="quantity_id")
    if details.each < 1:
        raise Refused("Enter how much: 1 or more.", field="each")
    if not 1 <= details.times <= MOST_TIMES:
        raise Refused(f"Enter how many times: from 1 to {MOST_TIMES}.", field="times")
    if (details.rhythm is Rhythm.ONCE) != (details.times == 1):
        raise Refused("Say how often, and at least twice if it is more than once.", field="times")
    if details.starts_on is not None:
        wanted = days.days(details.starts_on, details.rhythm, details.times)
        days.check(listing, wanted, today=now.date())
        days.check_room(line, wanted)
    return line


def _place(line: Quantity, quantity: int, *, is_asked_for: bool, wait: bool) -> PledgeStatus:
    """Whether it can be offered now, or waits for room."""
    left = waiting.free(line)
    if quantity <= left:
        return PledgeStatus.OFFERED
    if wait:
        return PledgeStatus.WAITING
    if left:
        has = "have" if is_asked_for else "need"
        verb = "Ask for" if is_asked_for else "Promise"
        raise Refused(f"They still {has} {line.words(left)}. {verb} at most that.", field="each")
    full = "All of it has been asked for" if is_asked_for else "They have all they asked for"
    raise Refused(f"{full}. You can join the waiting list.", field="each")


@dataclass(frozen=True, slots=True)
class _Ends:
    """Who began a pledge, and between whom it is."""

    begun_by: End
    giver_id: int
    receiver_id: int


_SAID = ("each", "times", "rhythm", "quantity", "words", "conditions", "starts_on", "timing", "contract_id",
         "credited_id", "bundle_id", "form_key")  # fmt: skip  # details that a pledge keeps by the same name


def _begin(
    ends: _Ends,
    line: Quantity,
    details: PledgeDetails,
    status: PledgeStatus,
    *,
    actor: User,
    now: datetime,
) -> Pledge:
    """Save a new pledge in its first state, and do what follows from that."""
    if ends.giver_id == ends.receiver_id:
        raise Refused("This notice is your own organisation’s.")
    due_at = turns.to_begin(status, details.starts_on, now)
    pledge = insert_unless_there(
        Pledge, listing_id=line.listing_id, quantity_id=line.id, status=status, created_at=now,
        offered_by_id=actor.id, turn_began_at=now if due_at else None, due_at=due_at,
        waiting_at=now if status is PledgeStatus.WAITING else None,
        offered_at=now if status is PledgeStatus.OFFERED else None,
        **asdict(ends), **{name: getattr(details, name) for name in _SAID},
    )  # fmt: skip
    if pledge is not None:
        _made(pledge, actor=actor, now=now)
        return pledge
    # The same form came twice at once, and the other was first.
    ours = {"giver_id": ends.giver_id, "receiver_id": ends.receiver_id}
    if (repeated := _sent_before(details.form_key, **ours)) is None:
        raise Refused("This form was sent already, for another organisation. Open the notice again first.")
    return repeated


def _made(pledge: Pledge, *, actor: User | None, now: datetime) -> None:
    """What follows from the first state of a pledge, or from the yes of its own team."""
    if pledge.status is PledgeStatus.DRAFT:
        audit.record("pledge.drafted", pledge, actor=actor, quantity=pledge.quantity)
        approvers = [
            user for user in teams.who(pledge.giver_id, Part.APPROVE) if user.id != pledge.offered_by_id
        ]
        moves.tell(
            pledge, "pledge_needs_approval", End.GIVER, people=approvers, words=pledge.words,
            until=pledge.due_at,
        )  # fmt: skip
        return
    if pledge.begun_by is End.GIVER:
        holding.reserve(pledge, pledge.quantity, on=now.date())
    if pledge.status is PledgeStatus.WAITING:
        audit.record("pledge.waiting", pledge, actor=actor, quantity=pledge.quantity)
        return
    said = "pledge.offered" if pledge.begun_by is End.GIVER else "pledge.requested"
    audit.record(said, pledge, actor=actor, quantity=pledge.quantity)
    waiting.offered(pledge, actor=actor, now=now)


def _may_approve(pledge: Pledge, actor: User | None) -> None:
    if actor is not None:
        limits.must(Part.APPROVE, pledge.giver_id, actor, but=pledge.offered_by_id)


def _counts_for(details: PledgeDetails, giver: Organisation) -> None:
    """Refuse a contract that is not theirs, and a name that nobody here goes by."""
    if details.contract_id is not None:
        contract = db.session.get(Opportunity, details.contract_id)
        if contract is None or not contract.is_public or not _has(giver, contract):
            message = "Choose a contract that you won or that you put up, or none."
            raise Refused(message, field="contract_id")
    if details.credited_id is not None:
        credited = db.session.get(Organisation, details.credited_id)
        if credited is None or not credited.is_public:
            raise Refused("Choose an organisation that is on the board.", field="credited_id")
    if details.bundle_id is not None:
        bundle = db.session.get(Bundle, details.bundle_id)
        if bundle is None or bundle.giver_id != giver.id:
            raise Refused("Choose a bundle of your own.", field="bundle_id")


def _has(giver: Organisation, contract: Opportunity) -> bool:
    if contract.organisation_id == giver.id:
        return True
    won = db.select(Outcome.id).where(Outcome.opportunity_id == contract.id, Outcome.winner_id == giver.id)
    return db.session.scalar(won) is not None


def _sent_before(form_key: str, **ends: int) -> Pledge | None:
    """The pledge that this form made already, between these ends."""
    pledge = db.session.scalars(_SENT, {"form_key": form_key}).one_or_none()
    return pledge if pledge and all(getattr(pledge, end) == each for end, each in ends.items()) else None


_SENT = db.select(Pledge).where(Pledge.form_key == bindparam("form_key"))
