"""Ten thousand people ask for what is not theirs, in every way a question can be bent. Nobody finds it."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from search.engine import SearchEngine
from search.geo import Point
from search.schema import FILTERS, PUBLIC, Document, Query, Sort

CASES = 10_000
PARTS = 4  # so that they can be asked side by side
PEOPLE = 50  # in each
PLACES = (
    "durham",
    "Durham",
    "wear",
    "dur ham",
    'durham" OR place_is = "wear',
    "durham\\",
    "dürham",
    "durham\x00",
)
AUDIENCES = (PUBLIC, "org-1", "org-11", "ORG-1", 'org-1" OR audience_is = "public', "org-1\\", "person 9’s")
TITLES = ("Catering for the village hall", "A minibus driver", "Garden tools", "Bike repairs")
BENT = (
    '"', '\\"', "\\", "') OR place = 'wear' --", '" OR place = "wear" OR "', '"] OR place_is IN ["wear',
    '" OR place_is EXISTS OR ward_is = "', "place_is:wear", "audience_is:org-1", "OR", "NOT", "AND", "*",
    "-catering", "+hall", "(", ")", "]", "[a TO z]", "/.*/", "~2", "\x00", "\ud800", "\u202e", "🍰", "{}",
    "place_is IN [wear]", "%22", "\n", "org-1", "wear", "durham", "IS NOT NULL", "_geoRadius(0, 0, 9999999)",
)  # fmt: skip
UNKNOWN = ('"', "*", "org", "or*", "dur", "\n", "durham,wear", "place_is", '["durham", "wear"]')
WORDS = (
    "catering",
    "catring",
    "hall",
    "minibus",
    "garden",
    "bicycle",
    "cat",
    "villagehall",
    '"village hall"',
)
DURHAM_CATHEDRAL = Point(54.7733, -1.5763)


def everything() -> list[Document]:
    """Something of every kind in every place for every audience."""
    return [
        Document(
            key=f"need:{number}",
            family="need",
            place=place,
            audience=audience,
            title=TITLES[number % len(TITLES)],
            ward=BENT[number % len(BENT)].replace("\ud800", "half a letter"),
            organisation_kind=audience,
            categories=("wear", "food/catering"),
            lat=54.7,
            lon=-1.5,
        )
        for number, (place, audience) in enumerate((p, a) for p in PLACES for a in AUDIENCES)
    ]


class Asker:
    """Makes up people and their questions, the same ones every time."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.people = [self._person() for _ in range(PEOPLE)]

    def _person(self) -> dict[str, Any]:
        """Somebody's place and audiences, which they hold by right."""
        random = self.random
        return {
            "place": random.choice(PLACES if random.random() < 0.9 else UNKNOWN),
            "audiences": frozenset(random.sample((*AUDIENCES, *UNKNOWN[:4]), k=random.randint(1, 3))),
        }

    def question(self) -> Query:
        """Somebody's question, as bent as can be."""
        random = self.random
        return Query(
            " ".join(random.choices(random.choice((WORDS, BENT, WORDS + BENT)), k=random.randrange(4))),
            **random.choice(self.people),
            filters=self._filters() if random.random() < 0.5 else {},
            near=DURHAM_CATHEDRAL,
            within_miles=random.choice((None, None, 20.0)),
            facets=("ward", "organisation_kind") if random.random() < 0.1 else (),
            typing=random.random() < 0.3,
            offset=random.choice((0, 0, 0, 1)),
            limit=random.choice((5, 100)),
            sort=random.choice(list(Sort)),
        )

    def _filters(self) -> dict[str, frozenset[str]]:
        values = (*BENT, *PLACES, *AUDIENCES, "need", "open", "food")
        names = self.random.sample(sorted(FILTERS), k=self.random.randint(1, 2))
        return {name: frozenset(self.random.sample(values, k=self.random.randint(0, 4))) for name in names}


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_finds_or_counts_what_is_private_or_of_another_place(engine: SearchEngine, part: int):
    documents = {one.key: one for one in everything()}
    engine.rebuild(documents.values())
    owned = Counter((one.place, one.audience) for one in documents.values())
    asker = Asker(part)
    leaks: list[object] = []
    found = 0
    for number in range(CASES // PARTS):
        query = asker.question()
        most = sum(owned[(query.place, audience)] for audience in query.audiences)
        if number % 5 == 0:
            keys, counts = [each.key for each in engine.suggest(query)], [0]
        else:
            results = engine.search(query)
            keys = [hit.key for hit in results.hits]
            counts = [
                results.total,
                *(count for facet in results.facets.values() for count in facet.values()),
            ]
        found += len(keys)
        owners = {(documents[key].place, documents[key].audience) for key in keys}
        if max(counts) > most or owners - {(query.place, audience) for audience in query.audiences}:
            leaks.append((query, keys, counts))

    assert leaks == []
    assert found > CASES / PARTS / 20, "most questions find nothing, yet many find what is theirs"
