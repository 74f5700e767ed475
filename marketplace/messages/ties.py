"""Who has a reason to write to whom: features above this one say what ties two organisations together.

A match, a pledge or an answer is known only to the feature it belongs to, each of which stands above
conversations. So each tells this one, by registering a question that it can answer.
"""

from collections.abc import Callable

Tie = Callable[[int, int], bool]  # (listing id, organisation id)
TIES: dict[str, Tie] = {}


def tie(name: str) -> Callable[[Tie], Tie]:
    """Register the function that knows whether a notice and an organisation are tied by a `name`."""

    def register(known: Tie) -> Tie:
        if TIES.setdefault(name, known) is not known:
            raise LookupError(f"Two ties are called {name}")
        return known

    return register


def are_tied(listing_id: int, organisation_id: int) -> bool:
    """Whether anything brought this organisation and this notice together."""
    return any(known(listing_id, organisation_id) for known in TIES.values())
