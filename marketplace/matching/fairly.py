"""Putting a list of matches in a fair order: by fit, with notices that were seen too little lifted a little.

How many saw a notice never ranks it. Who was seen less than an equal share is owed, and lists spend at most
2% of their relevance on paying that back (`search.ranking.fairness`). One place may go to a notice of which
little is known, and is marked.
"""

from collections.abc import Sequence
from datetime import date

from flask import current_app

from marketplace.exposure import queries as exposure
from marketplace.exposure.showing import subject
from marketplace.matching.models import Match
from search.ranking.fairness import Bank, Candidate


def in_order(matches: Sequence[Match], *, length: int, today: date) -> list[Match]:
    """The first `length` of these, which come best first; what people put together by hand keeps the head.

    Marks those whose place was given to learn by (`Match.explored`); the caller commits.
    """
    by_hand = [match for match in matches if match.invited_at or match.put_forward_at]
    others = {subject(match.listing): match for match in matches if match not in by_hand}
    places = length - len(by_hand)
    if places <= 0 or not others:
        return by_hand[:length]
    seen = exposure.account(exposure.Window.until(today), others)
    placed = _bank().order(
        [Candidate(key, match.fit) for key, match in others.items()],
        seen.owed(others, places),
        length=places,
        little_known=seen.little_known(others),
        seed=f"{today}:{matches[0].organisation_id}",
    )
    for each in placed:
        if others[each.key].explored != each.explored:
            others[each.key].explored = each.explored
    return [*by_hand, *(others[each.key] for each in placed)]


def _bank() -> Bank:
    """What lists may still spend, kept by this process: what one list has no use for serves another."""
    bank: Bank = current_app.extensions.setdefault("fair_bank", Bank())
    return bank
