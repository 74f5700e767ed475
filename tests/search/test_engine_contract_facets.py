"""What every search engine lets through its filters, and how it counts what other filters would."""

from datetime import date, timedelta

import pytest

from search.geo import Point
from search.schema import FACETS, Query, Sort

TODAY = date(2026, 3, 1)
DURHAM_CATHEDRAL = Point(54.7733, -1.5763)
CONSETT = {"lat": 54.8521, "lon": -1.8315}

# The filter, what one document says of it and another, the value that only the first has, and its counts.
FILTERED = [
    ("family", {"family": "need"}, {"family": "offer"}, "need", {"need": 1, "offer": 1}),
    ("state", {"state": "open"}, {"state": "closed"}, "open", {"open": 1, "closed": 1}),
    ("kinds", {"kinds": ("job", "grant")}, {"kinds": ("job",)}, "grant", {"job": 2, "grant": 1}),
    ("quantity_kinds", {"quantity_kinds": ("money",)}, {}, "money", {"money": 1}),
    ("categories", {"categories": ("a/b",)}, {"categories": ("a",)}, "a/b", {"a": 2, "a/b": 1}),
    ("ward", {"ward": "St. John’s “Chapel” \\"}, {"ward": "st. john’s"}, "St. John’s “Chapel” \\", None),
    ("value_bands", {"value_low": 100, "value_high": 9_000}, {"value_low": 6_000}, "under-5k", None),
    (
        "organisation_kind",
        {"organisation_kind": "charity"},
        {"organisation_kind": "business"},
        "charity",
        None,
    ),
    ("organisation_size", {"organisation_size": "micro"}, {"organisation_size": "Micro"}, "micro", None),
    ("is_verified", {"verified": True}, {"verified": False}, "yes", {"yes": 1, "no": 1}),
]


@pytest.mark.parametrize("filtered", FILTERED, ids=lambda filtered: filtered[0])
def test_each_filter_lets_its_values_through_and_each_facet_counts_them(engine, document, keys, filtered):
    name, first, second, value, counts = filtered
    engine.upsert([document(key="need:1", **first), document(key="need:2", **second)])

    found = engine.search(Query(place="durham", facets=(name,), filters={name: frozenset({value})}))

    assert [hit.key for hit in found.hits] == ["need:1"]
    assert keys(filters={name: frozenset({value.swapcase()})}) == []
    assert keys(filters={name: frozenset({"nobody’s"})}) == []
    assert len(keys(filters={name: frozenset({value, "nobody’s"})})) == 1
    assert found.facets[name][value] == 1
    if counts is not None:
        assert found.facets == {name: counts}


def test_every_facet_can_be_asked_for_at_once(engine, document):
    engine.upsert([document(ward="Tow Law", closes_on=TODAY)])

    found = engine.search(Query(place="durham", facets=tuple(sorted(FACETS)), today=TODAY))

    assert set(found.facets) == FACETS
    assert found.facets["ward"] == {"Tow Law": 1}
    assert found.facets["kinds"] == {}
    assert found.facets["closes_within"] == {"7": 1, "14": 1, "30": 1, "90": 1}


def test_a_facet_counts_what_each_other_value_would_find_under_all_other_filters(engine, document):
    engine.upsert(
        [
            document(title="Hall", family="need", ward="Tow Law", **CONSETT),
            document(title="Hall", family="offer", ward="Tow Law", **CONSETT),
            document(title="Hall", family="offer", ward="Shildon"),
            document(title="Garden", family="offer", ward="Tow Law", **CONSETT),
            document(title="Hall", family="need", ward="Tow Law", audience="org-7", **CONSETT),
            document(title="Hall", family="need", ward="Tow Law", place="wear", **CONSETT),
        ]
    )
    asked = {
        "filters": {"family": frozenset({"need"}), "ward": frozenset({"Tow Law"})},
        "facets": ("family", "ward", "state"),
    }

    found = engine.search(Query("hall", place="durham", **asked))
    near = engine.search(Query("hall", place="durham", near=DURHAM_CATHEDRAL, within_miles=20, **asked))
    between = engine.search(Query("hall", place="durham", offset=1, limit=3, **asked))

    assert found.total == 1
    assert found.facets["family"] == {"need": 1, "offer": 1}
    assert found.facets["ward"] == {"Tow Law": 1}
    assert found.facets["state"] == {"open": 1}
    assert near.facets == between.facets == found.facets
    assert between.total == 1


def test_closes_within_counts_days_from_today_and_leaves_out_what_has_passed(engine, document, keys):
    days = {"need:1": -1, "need:2": 0, "need:3": 7, "need:4": 8, "need:5": 90, "need:6": 91}
    engine.upsert(document(key=key, closes_on=TODAY + timedelta(days=n)) for key, n in days.items())
    engine.upsert([document(key="need:7")])
    asked = {"today": TODAY, "facets": ("closes_within",)}

    everything = engine.search(Query(place="durham", **asked))
    week = engine.search(Query(place="durham", closes_within=7, **asked))

    assert everything.facets["closes_within"] == {"7": 2, "14": 3, "30": 3, "90": 4}
    assert week.facets == everything.facets
    assert sorted(hit.key for hit in week.hits) == ["need:2", "need:3"]
    assert keys(closes_within=0, today=TODAY) == ["need:2"]


def test_only_its_audience_finds_or_counts_a_document(engine, document):
    engine.upsert(
        [
            document(key="need:1", title="Hall"),
            document(key="need:2", title="Hall", audience="org-7"),
            document(key="need:3", title="Hall", audience="org-77"),
            document(key="need:4", title="Hall", audience="ORG-7"),
        ]
    )

    def found(*audiences: str) -> list[str]:
        asked = Query("hall", place="durham", audiences=frozenset(audiences), facets=("family",))
        results = engine.search(asked)
        assert results.total == len(results.hits) == results.facets["family"].get("need", 0)
        assert {each.key for each in engine.suggest(asked)} == {hit.key for hit in results.hits}
        return sorted(hit.key for hit in results.hits)

    assert found("public") == ["need:1"]
    assert found("public", "org-7") == ["need:1", "need:2"]
    assert found("org-77", "org-8") == ["need:3"]
    assert found("org", "publi", "*", "public org-7") == []


def test_what_closes_soonest_comes_first_and_what_never_closes_last(engine, document, keys):
    days = {"need:1": 30, "need:2": None, "need:3": 2, "need:4": 30, "need:5": 9}
    engine.upsert(
        document(
            key=key,
            closes_on=None if n is None else TODAY + timedelta(days=n),
            published_on=TODAY - timedelta(days=key == "need:1"),
        )
        for key, n in days.items()
    )

    for today in (TODAY, None):
        assert keys(sort=Sort.CLOSING, today=today) == ["need:3", "need:5", "need:4", "need:1", "need:2"]


def test_meaning_finds_what_words_do_not_and_no_filter_gives_way_to_it(engine, document):
    engine.upsert(
        [
            document(key="need:1", title="Lunch for pensioners", vector=(1.0, 0.1, 0.0)),
            document(key="need:2", title="Meals", vector=(0.0, 0.0, 1.0)),
            document(key="need:3", title="Lunch", vector=(1.0, 0.0, 0.0), place="wear"),
            document(key="need:4", title="Lunch", vector=(1.0, 0.0, 0.0), audience="org-7"),
            document(key="need:5", title="Lunch", vector=(1.0, 0.0, 0.0), state="closed"),
            document(key="need:6", title="Without a vector"),
        ]
    )
    asked = {"place": "durham", "filters": {"state": frozenset({"open"})}}

    plain = engine.search(Query("meals", **asked))
    hybrid = engine.search(Query("meals", vector=(1.0, 0.0, 0.0), **asked))

    assert [hit.key for hit in plain.hits] == ["need:2"]
    assert {hit.key for hit in hybrid.hits} == {"need:1", "need:2"}


def test_marks_tell_every_key_and_the_version_held(engine, document):
    first = [document(key=f"need:{number}") for number in range(5)]
    engine.upsert(first)
    changed = document(key="need:3", title="Changed", place="wear", audience="org-7")
    engine.upsert([changed])
    engine.delete(["need:0"])

    held = {one.key: one.mark for one in [*first[1:3], changed, first[4]]}
    assert dict(engine.marks()) == held
    assert len(list(engine.marks())) == len(held)

    engine.rebuild([changed])
    assert dict(engine.marks()) == {"need:3": changed.mark}
