"""The speed benchmark: a county that is the same every time, and figures from a small one."""

import json
from collections import Counter

import pytest

from marketplace.bench import apart, fts5, speed
from marketplace.bench.engines import home
from marketplace.bench.generated import PLACE, County
from marketplace.bench.pages import measure as measure_pages
from marketplace.bench.questions import beginnings, questions
from marketplace.cli import main
from search.schema import FACETS, PUBLIC
from tests.apps import as_it_was

COUNT = 300


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "WARM_UP", 3)
    monkeypatch.setattr(speed, "UPSERTS", 3)


@pytest.fixture(scope="module")
def county() -> County:
    return County(7)


def test_a_county_is_the_same_for_the_same_seed_and_any_listing_can_be_made_again(county):
    documents = list(county.documents(COUNT))

    assert len({document.key for document in documents}) == COUNT
    assert documents[:60] == list(County(7).documents(60))
    assert documents[:60] != list(County(8).documents(60))
    assert [county.document(number) for number in (0, 77, 299)] == [documents[n] for n in (0, 77, 299)]


def test_a_county_gives_every_filter_work(county):
    documents = list(county.documents(COUNT))

    assert Counter(document.place for document in documents)[PLACE] == COUNT * 0.95
    assert sum(document.audience != PUBLIC for document in documents) == COUNT * 0.02
    assert 60 < sum(len(f"{d.title} {d.summary} {d.body}".split()) for d in documents) / COUNT < 100
    for name in sorted(FACETS - {"closes_within"}):
        values = [getattr(document, name) for document in documents]
        assert len(set(values)) > 1, name


def test_questions_are_repeatable_and_come_in_all_kinds(county):
    asked = list(questions(county, COUNT, 120))

    assert asked == list(questions(county, COUNT, 120))
    assert {question.way for question in asked} == {"as written", "last word unfinished", "a word misspelt"}
    assert {len(question.meant) for question in asked} == {2, 3}
    assert all(question.query.place == PLACE and PUBLIC in question.query.audiences for question in asked)
    assert 0.4 < sum(question.query.within_miles is not None for question in asked) / 120 < 0.8
    assert all(query.typing for query in beginnings(county, COUNT, 5))


def test_a_small_county_is_measured(county, tmp_path):
    with home("embedded") as place:
        built = speed.build(place, COUNT, county.seed)
        found = speed.search(place, COUNT, 30, county.seed)
    path = tmp_path / "fts5.db"
    fts5.build(county, COUNT, path)
    asked = list(questions(county, COUNT, 5))

    assert built["listings_per_second"] > 0
    assert found["leaks"] == 0
    assert found["found_nothing"] < 25
    assert found["search"]["p50"] <= found["search"]["p95"] <= found["search"]["p99"]
    assert 0 < found["change_to_found"]["p95"] < speed.PATIENCE_SECONDS * 1000
    assert len(fts5.search(path, fts5.whole_question, asked, ())) == 5


def test_an_answer_nobody_may_see_is_counted(county, monkeypatch):
    monkeypatch.setattr(speed, "audience_of", lambda number: "organisation:somebody else")

    with home("embedded") as place:
        speed.build(place, COUNT, county.seed)

        assert speed.search(place, COUNT, 10, county.seed)["leaks"] > 0


def test_work_done_apart_is_weighed_by_itself():
    said = apart.apart(dict, {"answer": 42})

    assert said["answer"] == 42
    assert 5 < said["memory"]["at_start_mib"] <= said["memory"]["peak_mib"]


def test_pages_are_read_through_the_application():
    with as_it_was():
        figures = measure_pages(100, 5, 7)

    assert figures["pages"] == 5
    assert figures["documents"] > 95
    assert figures["most_statements"] > 0
    assert figures["p95"] > 0


def test_the_command_prints_a_table_then_one_json_object(capsys, monkeypatch):
    monkeypatch.setattr(speed, "apart", lambda work, *given: apart.weighed(work, given))

    with pytest.raises(SystemExit) as exit_:
        main(["bench", "speed", "--listings", "100", "--queries", "5"])

    said = capsys.readouterr().out
    figures = json.loads(said.splitlines()[-1])
    assert not exit_.value.code
    assert figures["index"]["memory"]["peak_mib"] > 10
    assert figures["fts5"]["queries"] == 5
    assert "SQLite FTS5" in said
