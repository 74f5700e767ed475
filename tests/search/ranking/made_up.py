"""Wants and parties made up by a seeded draw, of few enough words and categories that many of them meet."""

from datetime import timedelta
from random import Random

from search.ranking import Give, Party, Want
from tests.search.ranking.simply import DURHAM, TODAY, north

WANTS, PARTIES = 40, 50  # of one batch: 2,000 cases

WORDS = """
    bakery buffet catering cake vegan lunch kitchen roof slate gutter scaffold asbestos survey boiler
    radiator plumbing wiring socket garden hedge mowing allotment minibus driver escort taxi laptop
    website hosting booking printing leaflet banner choir violin drama coaching football counselling
    listening befriending cleaning windows laundry paint decorate plaster café crèche décor façade
""".split()  # noqa: SIM905 - so many words read easier in one piece
CATEGORIES = tuple(f"{top}/{sub}" for top in ("food", "building", "green", "digital") for sub in "abc")
KINDS = ("volunteers", "goods", "money", "space", "skills")


def wants(random: Random, family: str = "opportunity", many: int = WANTS) -> list[Want]:
    """All at one place, so that who is nearer to one is nearer to all."""
    return [_want(random, f"want:{number:03}", family) for number in range(many)]


def parties(random: Random, family: str = "capability", many: int = PARTIES) -> list[Party]:
    """North of where the wants are, or nobody knows where; each with up to four gives."""
    return [_party(random, f"party:{number:03}", family) for number in range(many)]


def said(random: Random, most: int) -> str:
    """Up to so many words, a comma here and there."""
    words = random.choices(WORDS, k=random.randint(1, most))
    return " ".join(word + random.choice(("", "", ",")) for word in words)


def _want(random: Random, key: str, family: str) -> Want:
    kinds = random.sample(KINDS, random.randint(0, 2)) if family == "need" else ()
    return Want(
        key=key,
        party=f"asker of {key}",
        family=family,
        title=said(random, 4),
        text=said(random, 30),
        categories=_categories(random),
        point=DURHAM,
        reach_miles=random.choice((None, None, 5, 30)),
        value=random.choice((None, 0, 500, 20_000, 3_000_000)) if family == "opportunity" else None,
        quantity_kinds=frozenset(kinds),
        lacking=random.choice((1.0, 1.0, 0.3)),
        closes_on=random.choice((None, TODAY, TODAY + timedelta(days=20))),
    )


def _party(random: Random, key: str, family: str) -> Party:
    asked = random.choice((0, 3, 40))
    return Party(
        key,
        tuple(_give(random, f"{key} {number}", key, family) for number in range(random.randint(1, 4))),
        turnover=random.choice((None, 30_000, 400_000, 9_000_000)),
        room=random.choice(({}, {"spend": 2, "support": 2}, {"spend": 9, "support": 9})),
        asked=asked,
        answered=random.randint(0, asked),
        seen_on=random.choice((None, TODAY, TODAY - timedelta(days=200))),
    )


def _give(random: Random, key: str, party: str, family: str) -> Give:
    kinds = random.sample(KINDS, random.randint(0, 2)) if family == "offer" else ()
    return Give(
        key=key,
        party=party,
        family=family,
        title=said(random, 4),
        text=said(random, 30),
        categories=_categories(random),
        point=random.choice((None, north(random.uniform(0, 40)), north(random.uniform(0, 10)))),
        reach_miles=random.choice((None, 3, 10, 40)),
        value=random.choice((None, 1, 800, 50_000)),
        quantity_kinds=frozenset(kinds),
    )


def _categories(random: Random) -> frozenset[str]:
    return frozenset(random.sample(CATEGORIES, random.choice((0, 1, 1, 2))))
