"""The page of a pledge as one side sees it: whose move it is, the main thing to do, the other ways out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.ledger.models import LedgerEntry
from marketplace.pledges import history, lists, turns
from marketplace.pledges.history import Step
from marketplace.pledges.models import Delivery, DeliveryStatus, End, Pledge, PledgeStatus, Story
from marketplace.pledges.move_forms import (
    BEFORE_A_YES,
    AcceptForm,
    ConfirmForm,
    DeclineForm,
    DeliverForm,
    DisputeForm,
    MoveForm,
    NotDeliveredForm,
    PlainForm,
    ProposeForm,
    SettleForm,
    TurnDownForm,
    VerifyForm,
    WithdrawForm,
)
from marketplace.pledges.turns import TO_DISPUTE, Turn
from marketplace.teams import queries as teams
from marketplace.teams import services as limits
from marketplace.teams.models import Part

FORMS: dict[str, type[MoveForm]] = {
    form.move: form
    for form in (
        *(AcceptForm, DeclineForm, TurnDownForm, ProposeForm, WithdrawForm),
        *(DeliverForm, NotDeliveredForm, ConfirmForm, DisputeForm, SettleForm, VerifyForm),
    )
}
UNDER_WAY = (PledgeStatus.ACCEPTED, PledgeStatus.SCHEDULED, PledgeStatus.PARTLY_DELIVERED)


@dataclass(frozen=True, kw_only=True)
class PledgePage:
    """All that the page shows. `moves` has the main thing first, where it is this side’s turn."""

    pledge: Pledge
    end: End | None  # None: the convener
    turn: Turn | None
    delivery: Delivery | None  # which the moves are about
    deliveries: Sequence[Delivery]
    moves: tuple[str, ...]
    forms: dict[str, MoveForm]
    steps: Sequence[Step]
    changed: Sequence[Step]  # since an old page was opened
    is_gone: bool  # what was pressed cannot be done now
    typed: tuple[str, ...]  # into a form that there is no more
    story: Story | None
    bundle: Sequence[Pledge]
    entries: Sequence[LedgerEntry]
    contract: str
    credited: str

    @property
    def ours(self) -> bool:
        return self.turn is not None and self.turn.end is self.end

    @property
    def main(self) -> str:
        """What is to be done now. Of what was confirmed, the convener checks what they were asked to."""
        first = self.moves[0] if self.moves else ""
        if self.end is None:
            is_asked = self.delivery is not None and self.delivery.verify_asked_at is not None
            return first if first == "settle" or is_asked else ""
        if first == "propose" and self.pledge.starts_on is not None:
            return ""  # the days stand; another is a way out, not what is to be done
        return first if self.ours and first in MAIN else ""

    @property
    def others(self) -> tuple[str, ...]:
        return tuple(move for move in self.moves if move != self.main)


MAIN = ("approve", "accept", "agree", "propose", "deliver", "confirm")


def page_of(
    pledge: Pledge,
    end: End | None,
    *,
    actor: User,
    now: datetime,
    delivery: Delivery | None = None,
    sent: MoveForm | None = None,
    is_old: bool = False,
) -> PledgePage:
    """The page now; `sent` is a form that came back with a problem, from an old page where `is_old`."""
    deliveries = lists.deliveries_of(pledge)
    about = delivery or in_focus(deliveries, end)
    story = lists.story_of(pledge)
    found = [
        move
        for move in moves(pledge, end, about, has_story=story is not None, now=now)
        if _is_theirs(move, pledge, actor)
    ]
    told = history.steps(pledge, deliveries)
    forms = {move: _form(move, pledge, about, end) for move in found}
    is_gone = sent is not None and sent.move not in forms
    if sent is not None and not is_gone:
        forms[sent.move] = sent
    return PledgePage(
        pledge=pledge,
        end=end,
        turn=turns.turn(pledge),
        delivery=about,
        deliveries=deliveries,
        moves=tuple(found),
        forms=forms,
        steps=told,
        changed=history.since(told, _number(sent.seen.data)) if sent is not None and is_old else (),
        is_gone=is_gone,
        typed=sent.typed if sent is not None and is_gone else (),
        story=story,
        bundle=lists.bundled_with(pledge),
        entries=lists.entries_of(pledge),
        contract=lists.contract_of(pledge),
        credited=lists.credited_of(pledge),
    )


def _is_theirs(move: str, pledge: Pledge, actor: User) -> bool:
    """Of the giver's team only some may approve or certify, and not every team certifies."""
    if move == "certify":
        limit = teams.limit_of(pledge.giver)
        return limit is not None and limit.certifies
    if move in ("approve", "turn_down"):
        try:
            limits.must(Part.APPROVE, pledge.giver_id, actor, but=pledge.offered_by_id)
        except Refused:
            return False
    return True


def in_focus(deliveries: Sequence[Delivery], end: End | None) -> Delivery | None:
    """The delivery that this side would speak of now: for whoever gets, what waits to be confirmed."""
    first = {
        End.GIVER: (DeliveryStatus.PLANNED, DeliveryStatus.DELIVERED),
        End.RECEIVER: (DeliveryStatus.DELIVERED, DeliveryStatus.PLANNED),
        None: (DeliveryStatus.DISPUTED, DeliveryStatus.CONFIRMED, DeliveryStatus.DELIVERED),
    }[end]
    for status in first:
        found = [each for each in deliveries if each.status is status]
        if end is None:  # those that somebody asked the convener about come first
            found.sort(key=lambda each: each.verify_asked_at is None)
        if found:
            return found[0]
    return deliveries[-1] if deliveries else None


def moves(
    pledge: Pledge, end: End | None, delivery: Delivery | None, *, has_story: bool, now: datetime
) -> tuple[str, ...]:
    """Every move this side may make now, the main one first."""
    if end is None:
        return _of_the_convener(delivery)
    if pledge.status in BEFORE_A_YES:
        return _before_a_yes(pledge, end)
    found = [*_about_days(pledge, end), *_about(delivery, end, now=now)]
    if pledge.proposed_by is not end.other and pledge.status is not PledgeStatus.ACCEPTED:
        found.sort(key=lambda move: move not in ("deliver", "confirm"))  # a day comes before another day
    if pledge.status in UNDER_WAY:
        found.append("withdraw")
    if end is End.RECEIVER and not has_story and something_came(pledge):
        found.append("thank")
    return tuple(found)


def something_came(pledge: Pledge) -> bool:
    """Whether there is anything to say thank you for."""
    came = (DeliveryStatus.CONFIRMED, DeliveryStatus.VERIFIED)
    return any(each.status in came for each in pledge.deliveries)


def _of_the_convener(delivery: Delivery | None) -> tuple[str, ...]:
    if delivery is None:
        return ()
    unconfirmed = delivery.status is DeliveryStatus.DELIVERED and delivery.pledge.escalated_at is not None
    if delivery.status is DeliveryStatus.DISPUTED or unconfirmed:
        return ("settle",)
    return ("verify",) if delivery.status is DeliveryStatus.CONFIRMED else ()


def _before_a_yes(pledge: Pledge, end: End) -> tuple[str, ...]:
    if pledge.status is PledgeStatus.DRAFT:
        return ("approve", "turn_down", "withdraw") if end is End.GIVER else ()
    began, is_asked = end is pledge.begun_by, pledge.proposed_by is end.other
    if pledge.status is PledgeStatus.WAITING:
        return ("withdraw",) if began else ()
    days = ("agree", "propose") if is_asked else ()
    if began:
        return (*days, "withdraw")
    return (*days, "accept", "decline") if is_asked else ("accept", "propose", "decline")


def _about_days(pledge: Pledge, end: End) -> list[str]:
    if pledge.status not in UNDER_WAY:
        return []
    return ["agree", "propose"] if pledge.proposed_by is end.other else ["propose"]


def _about(delivery: Delivery | None, end: End, *, now: datetime) -> list[str]:
    """What this side may say of one delivery."""
    if delivery is None:
        return []
    status, gives = delivery.status, end is End.GIVER
    if status is DeliveryStatus.PLANNED:
        if gives:
            return ["deliver", "not_delivered"]
        return ["not_delivered"] if _is_past(delivery.due_on, now) else []
    if status is DeliveryStatus.DELIVERED:
        certify = ["certify"] * (delivery.certified_at is None)
        return certify if gives else ["confirm", "not_delivered", "dispute"]
    found = []
    if status is DeliveryStatus.CONFIRMED:
        if gives and delivery.certified_at is None:
            found.append("certify")
        if delivery.verify_asked_at is None:
            found.append("ask_to_verify")
    if _may_dispute(delivery, end, now=now):
        found.append("dispute")
    return found


def _may_dispute(delivery: Delivery, end: End, *, now: datetime) -> bool:
    """Whoever reads that less came than they gave, or that nothing did, has two weeks to say otherwise."""
    if end is not End.GIVER or delivery.settled is not None:
        return False
    if delivery.status is DeliveryStatus.CONFIRMED:
        return delivery.confirmed < delivery.delivered and _within(delivery.confirmed_at, now)
    if delivery.status is DeliveryStatus.NOT_DELIVERED:
        return delivery.not_delivered_by is not End.GIVER and _within(delivery.not_delivered_at, now)
    return False


def _within(at: datetime | None, now: datetime) -> bool:
    return at is not None and now <= at + TO_DISPUTE


def _is_past(on: date | None, now: datetime) -> bool:
    return on is not None and on <= now.date()


def _form(move: str, pledge: Pledge, delivery: Delivery | None, end: End | None) -> MoveForm:
    form = FORMS[move](fresh=True) if move in FORMS else PlainForm(move, fresh=True)
    return form.about(pledge, delivery, end)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 12 else 0
