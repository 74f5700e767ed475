"""Who may do what, in one table. What is not listed here, nobody may do.

A rule is a predicate over the person asking and the row concerned. Rows are judged by their own facts
(`organisation_id`, `is_public`), so this table stands below every feature and imports none.
"""

from collections.abc import Callable, Mapping
from typing import Any

Rule = Callable[[Any, Any], bool]


def signed_in(person: Any, row: Any) -> bool:
    return bool(person.signed_in)


def acting(person: Any, row: Any) -> bool:
    """Acts for an organisation just now."""
    return person.acting_for is not None


def convener(person: Any, row: Any) -> bool:
    return bool(person.signed_in and person.user.is_convener)


def owner(person: Any, row: Any) -> bool:
    """Belongs to the organisation the row belongs to."""
    return bool(person.belongs_to(row.organisation_id))


def reader(person: Any, row: Any) -> bool:
    """Sees what is public; owners and the convener see the rest."""
    return bool(row.is_public) or owner(person, row) or convener(person, row)


def member(person: Any, row: Any) -> bool:
    """Belongs to this organisation."""
    return bool(person.belongs_to(row.id))


def asker_or_convener(person: Any, row: Any) -> bool:
    """Belongs to whoever asks, or works for the place."""
    return owner(person, row) or convener(person, row)


def someone_else(person: Any, row: Any) -> bool:
    """Acts for an organisation other than the row’s own, and the row is on the board."""
    return (
        bool(row.is_public) and person.acting_for is not None and person.acting_for.id != row.organisation_id
    )


def either_side(person: Any, row: Any) -> bool:
    """Belongs to the organisation of a match or to the one whose listing it is about."""
    return owner(person, row) or bool(person.belongs_to(row.listing.organisation_id))


def giver(person: Any, row: Any) -> bool:
    return bool(person.belongs_to(row.giver_id))


def receiver(person: Any, row: Any) -> bool:
    return bool(person.belongs_to(row.receiver_id))


def either_end(person: Any, row: Any) -> bool:
    return giver(person, row) or receiver(person, row)


def answers(person: Any, row: Any) -> bool:
    """Belongs to the end of a pledge that says yes or no to it."""
    return receiver(person, row) if row.begun_by == "giver" else giver(person, row)


def sees_pledge(person: Any, row: Any) -> bool:
    """Belongs to either end, once the giver’s own team let it out; or works for the place."""
    is_out = row.offered_at is not None or row.waiting_at is not None
    return giver(person, row) or (is_out and (receiver(person, row) or convener(person, row)))


def of_its_pledge(rule: Rule) -> Rule:
    """The same, asked of the pledge that the row is of."""
    return lambda person, row: rule(person, row.pledge)


def told_or_convener(person: Any, row: Any) -> bool:
    """Belongs to either end of the pledge that a story is of, or works for the place."""
    return either_end(person, row.pledge) or convener(person, row)


def supplier(person: Any, row: Any) -> bool:
    return bool(person.belongs_to(row.supplier_id))


def buyer(person: Any, row: Any) -> bool:
    return bool(person.belongs_to(row.buyer_id))


def supplier_or_buyer(person: Any, row: Any) -> bool:
    return supplier(person, row) or buyer(person, row)


def buyer_or_convener(person: Any, row: Any) -> bool:
    return buyer(person, row) or convener(person, row)


def buyer_or_winner(person: Any, row: Any) -> bool:
    return buyer(person, row) or won(person, row)


def won(person: Any, row: Any) -> bool:
    """Belongs to the organisation that work was awarded to."""
    return row.winner_id is not None and bool(person.belongs_to(row.winner_id))


def sees_outcome(person: Any, row: Any) -> bool:
    """Belongs to either side of an award, or works for the place."""
    return buyer_or_winner(person, row) or convener(person, row)


def asked(person: Any, row: Any) -> bool:
    """Belongs to the organisation that asked a question."""
    return bool(person.belongs_to(row.asker_id))


def is_asked(person: Any, row: Any) -> bool:
    """Belongs to the organisation that a question was put to."""
    return bool(person.belongs_to(row.opportunity.organisation_id))


def paid_by(person: Any, row: Any) -> bool:
    return buyer(person, row.outcome)


def paid_to(person: Any, row: Any) -> bool:
    return won(person, row.outcome)


def leads(person: Any, row: Any) -> bool:
    """Owns the organisation they act for just now: its team is theirs to arrange."""
    return person.acting_for is not None and _owns(person, person.acting_for.id)


def leads_it(person: Any, row: Any) -> bool:
    """Owns the organisation the row belongs to."""
    return _owns(person, row.organisation_id)


def _owns(person: Any, organisation_id: int) -> bool:
    return any(
        each.organisation_id == organisation_id and each.role == "owner" for each in person.memberships
    )


def goes(person: Any, row: Any) -> bool:
    """Belongs to the organisation whose people come to this delivery."""
    return giver(person, row.pledge)


def goes_or_hosts(person: Any, row: Any) -> bool:
    """Belongs to the organisation whose people come, or to the one they come to."""
    return either_end(person, row.pledge)


def their_place(person: Any, row: Any) -> bool:
    """It is this person’s place at a delivery, or their organisation’s."""
    return addressee(person, row) or giver(person, row.delivery.pledge)


def file_reader(person: Any, row: Any) -> bool:
    """As `reader`, and whoever its organisation let see it."""
    return reader(person, row) or any(person.belongs_to(each) for each in row.readers)


def either_speaker(person: Any, row: Any) -> bool:
    """Belongs to one of the two organisations of a conversation."""
    return owner(person, row) or bool(person.belongs_to(row.owner_id))


def reads_it(person: Any, row: Any) -> bool:
    """Takes part in the conversation a message stands in."""
    return either_speaker(person, row.thread)


def addressee(person: Any, row: Any) -> bool:
    """It was written to, or kept by, this person."""
    return bool(person.signed_in and row.user_id == person.user.id)


_FAMILIES = ("opportunity", "need", "capability", "offer")

RULES: Mapping[str, Rule] = {
    "account.manage": signed_in,
    "organisation.create": signed_in,
    "organisation.edit": member,
    "organisation.invite": member,
    "desk.see": signed_in,
    "capacity.say": acting,
    "listing.choose": signed_in,
    "category.suggest": signed_in,
    **{f"{family}.create": acting for family in _FAMILIES},
    **{f"{family}.see": reader for family in _FAMILIES},
    **{f"{family}.edit": owner for family in _FAMILIES},
    "match.see": either_side,
    "match.answer": owner,
    "candidate.list": asker_or_convener,
    "candidate.invite": owner,
    "candidate.put_forward": convener,
    "exposure.report": convener,
    "ledger.verify": convener,
    "need.pledge": someone_else,
    "offer.request": someone_else,
    "pledge.see": sees_pledge,
    "pledge.move": either_end,
    "pledge.answer": answers,
    "pledge.approve": giver,
    "pledge.receive": receiver,
    "pledge.judge": convener,
    "delivery.see": of_its_pledge(sees_pledge),
    "delivery.move": of_its_pledge(either_end),
    "delivery.give": of_its_pledge(giver),
    "delivery.receive": of_its_pledge(receiver),
    "delivery.judge": convener,
    "story.take_down": told_or_convener,
    "opportunity.respond": someone_else,
    "response.see": supplier_or_buyer,
    "response.give": supplier,
    "response.receive": buyer,
    "opportunity.ask": someone_else,
    "opportunity.read_answers": owner,
    "opportunity.decide": owner,
    "opportunity.word": asker_or_convener,
    "question.answer": is_asked,
    "question.take_back": asked,
    "outcome.see": sees_outcome,
    "outcome.correct": buyer_or_convener,
    "outcome.start": buyer_or_winner,
    "payment.declare": buyer,
    "payment.take_back": paid_by,
    "payment.agree": paid_to,
    "team.see": acting,
    "team.manage": leads,
    "team.give_roles": leads_it,
    "budget.edit": leads_it,
    "signup.list": signed_in,
    "delivery.join": goes,
    "delivery.see_who": goes_or_hosts,
    "signup.take_back": addressee,
    "signup.say": their_place,
    "portfolio.see": acting,
    "portfolio.export": acting,
    "need.shortlist": someone_else,
    "shortlisted.edit": owner,
    "bundle.make": acting,
    "bundle.see": giver,
    "file.see": file_reader,
    "thread.list": acting,
    "thread.see": either_speaker,
    "thread.write": either_speaker,
    "thread.begin": someone_else,
    "thread.reach": owner,
    "message.report": reads_it,
    "report.list": convener,
    "report.settle": convener,
    "letter.see_all": convener,
    "demo.mail": signed_in,
    "mail.read": addressee,
    "search.export": signed_in,
    "saved_search.list": signed_in,
    "saved_search.create": signed_in,
    "saved_search.forget": addressee,
}


def allows(action: str, person: Any, row: Any = None) -> bool:
    """Deny by default: an unknown action is a bug, a false predicate a no."""
    return RULES[action](person, row)


def may_know_of(person: Any, row: Any) -> bool:
    """Whether saying “you may not” would tell this person something new: if so we say “not found”."""
    return bool(getattr(row, "is_public", False)) or convener(person, row)
