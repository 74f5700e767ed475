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


def supplier(person: Any, row: Any) -> bool:
    return bool(person.belongs_to(row.supplier_id))


def buyer(person: Any, row: Any) -> bool:
    return bool(person.belongs_to(row.buyer_id))


def supplier_or_buyer(person: Any, row: Any) -> bool:
    return supplier(person, row) or buyer(person, row)


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
    "need.pledge": someone_else,
    "pledge.see": either_end,
    "pledge.give": giver,
    "pledge.receive": receiver,
    "opportunity.respond": someone_else,
    "response.see": supplier_or_buyer,
    "response.give": supplier,
    "response.receive": buyer,
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
