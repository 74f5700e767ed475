"""How far a shared category counts: a trade in full, a broad heading in part."""

from search.ranking import Give, Party, Want
from tests.search.ranking.simply import only


def points(asked: str, given: str) -> int:
    want = Want("w", "a", "opportunity", "Taxis for pupils", "taxis and minibuses", frozenset({asked}))
    give = Give("g", "b", "capability", "Taxis and minibuses", "taxis for schools", frozenset({given}))
    fit = only(want, Party("b", (give,)))
    assert fit
    return next(part.points for part in fit.parts if part.name == "category")


def test_the_same_trade_counts_in_full_and_the_same_broad_heading_only_in_part():
    assert points("transport/minibus-hire", "transport/minibus-hire") > points("transport", "transport") > 0
    assert points("transport", "transport") == points("transport/taxis", "transport/minibus-hire")
