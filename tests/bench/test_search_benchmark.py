"""The search benchmark: what it reads, what it refuses, and the figures it gives."""

import json
from math import log2
from pathlib import Path
from typing import Any

import pytest

from marketplace.bench import search
from marketplace.bench.baselines import Bm25
from marketplace.bench.figures import difference, milliseconds
from marketplace.cli import main
from marketplace.errors import Refused

DOCUMENTS = [
    {
        "id": "roof",
        "title": "Repairs to a roof",
        "description": "Slates and gutters",
        "buyer": "Town Council",
    },
    {"id": "van", "title": "Minibus hire", "description": "With a driver", "buyer": None, "value": "a lot"},
    {
        "id": 3,
        "title": None,
        "description": "Catering for a summer fair",
        "closes_on": "31/02/2026",
        "cpv": [],
    },
    {"id": "roof2", "title": "Roofing of the library", "postcode": None, "closes_on": "2026-03-01T12:00"},
]
QUERIES = [
    {"id": "q1", "query": "roof repairs", "misspelt": "roof repiars", "relevant": {"roof": 3, "roof2": 1}},
    {"id": "q2", "query": "catering", "misspelt": None, "relevant": {"3": 2}},
    {"id": "q3", "query": "nothing like it", "relevant": {}},
]


def written(path: Path, lines: list[Any]) -> Path:
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return path


def run(capsys: pytest.CaptureFixture, *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_:
        main([str(each) for each in arguments])
    said = capsys.readouterr()
    return int(exit_.value.code or 0), said.out, said.err


def test_the_command_prints_a_table_then_one_json_object_and_writes_its_answers(tmp_path, capsys):
    documents = written(tmp_path / "documents.jsonl", ["", *DOCUMENTS, "  ", DOCUMENTS[0]])
    queries = written(tmp_path / "queries.jsonl", [*QUERIES, ""])
    out = tmp_path / "run.jsonl"

    status, said, _ = run(capsys, "bench", "search", documents, queries, "--out", out)

    figures = json.loads(said.splitlines()[-1])
    answers = {line["id"]: line for line in map(json.loads, out.read_text().splitlines())}
    assert status == 0
    assert "kept when misspelt" in said
    assert (figures["documents"], figures["queries"], figures["left_out"]) == (4, 2, 1)
    assert figures["misspelt"]["queries"] == 1
    assert figures["ndcg_at_10"] == 1.0
    assert figures["misspelt"]["kept"] == 1.0
    assert answers["q1"]["ranked"][:2] == ["roof", "roof2"]
    assert answers["q1"]["misspelt"][0] == "roof"
    assert (answers["q2"]["ranked"], answers["q2"]["misspelt"]) == (["3"], [])


def test_the_figures_are_those_worked_out_by_hand():
    asked = [search.Asked("q", "words", "wrods", {"a": 3, "b": 1})]
    ours = search.Answers({"q": ["c", "a", "b"]}, {"q": ["a"]})
    theirs = search.Answers({"q": ["b"]}, {"q": []})

    figures = search.report(asked, ours, theirs)

    best = 7 + 1 / log2(3)
    spelt = (7 / log2(3) + 1 / 2) / best
    assert figures["ndcg_at_10"] == round(spelt, 4)
    assert figures["bm25_ndcg_at_10"] == round(1 / best, 4)
    assert figures["ratio"] == round(spelt * best, 4)
    assert figures["misspelt"]["kept"] == round(7 / best / spelt, 4)
    assert figures["misspelt"]["bm25_kept"] == 0.0
    assert figures["difference_95"] == [round(spelt - 1 / best, 4)] * 2


def test_bm25_likes_repeats_and_short_texts_and_reads_stems():
    plain = Bm25(
        [
            ("once", "a roof"),
            ("long", "a roof or some other thing"),
            ("twice", "roof roofs"),
            ("other", "a garden wall"),
        ]
    )

    assert plain.search("roofing", 10) == ["twice", "once", "long"]
    assert plain.search("garden walls", 1) == ["other"]
    assert plain.search("nobody says so", 10) == []


def test_the_interval_holds_the_difference_and_is_the_same_every_time():
    ours, theirs = [0.5, 0.7, 0.9, 0.4] * 20, [0.4, 0.7, 0.5, 0.5] * 20

    low, high = difference(ours, theirs)

    assert low < 0.1 < high
    assert (low, high) == difference(ours, theirs)
    assert difference([], []) == (0.0, 0.0)


def test_times_are_given_in_milliseconds_as_measured():
    assert milliseconds([n / 1000 for n in range(1, 101)]) == {"p50": 50.0, "p95": 95.0, "p99": 99.0}
    assert milliseconds([]) == {}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{not json", "line 2: this is not JSON"),
        ("[1, 2]", "line 2: expected a JSON object"),
        ('{"title": "no id"}', "line 2: there is no id"),
        ('{"id": true}', "line 2: there is no id"),
    ],
)
def test_a_bad_line_is_named(tmp_path, capsys, line, sentence):
    documents = written(tmp_path / "documents.jsonl", [DOCUMENTS[0], line])
    queries = written(tmp_path / "queries.jsonl", QUERIES)

    status, said, problem = run(capsys, "bench", "search", documents, queries)

    assert (status, said) == (1, "")
    assert f"documents.jsonl, {sentence}" in problem


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"id": "q"}, "there is no query"),
        ({"id": "q", "query": "roof", "relevant": ["roof"]}, "must name each document with its grade"),
        (
            {"id": "q", "query": "roof", "relevant": {"roof": "very"}},
            "a grade in “relevant” is not a whole number",
        ),
    ],
)
def test_a_bad_query_is_named(tmp_path, query, sentence):
    with pytest.raises(Refused, match=sentence):
        search.queries(written(tmp_path / "queries.jsonl", [query]))


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(Refused, match="there are no documents in this file"):
        search.documents(written(tmp_path / "documents.jsonl", ["", " "]))


def test_the_codes_the_grades_were_made_from_are_never_read(tmp_path):
    with_codes = search.documents(written(tmp_path / "with.jsonl", [DOCUMENTS[0] | {"cpv": ["45261000"]}]))
    without = search.documents(written(tmp_path / "without.jsonl", [DOCUMENTS[0]]))

    assert with_codes["roof"].mark == without["roof"].mark


@pytest.mark.parametrize(
    ("written_as", "day"),
    [("07/02/2026", "2026-02-07"), ("2026-02-07T17:00:00Z", "2026-02-07"), ("7 February 2026", "2026-02-07")],
)
def test_days_are_read_however_they_are_written(tmp_path, written_as, day):
    path = written(tmp_path / "documents.jsonl", [{"id": "1", "closes_on": written_as}])

    assert str(search.documents(path)["1"].closes_on) == day


def test_meilisearch_without_a_server_says_what_to_set(tmp_path, capsys, monkeypatch):
    for name, value in (("SEARCH_URL", ""), ("SEARCH_KEY", ""), ("DATA_DIR", str(tmp_path))):
        monkeypatch.setenv(name, value)
    documents = written(tmp_path / "documents.jsonl", DOCUMENTS)
    queries = written(tmp_path / "queries.jsonl", QUERIES)

    status, _, problem = run(capsys, "bench", "search", documents, queries, "--engine", "meilisearch")

    assert status == 1
    assert "Set SEARCH_URL and SEARCH_KEY" in problem


@pytest.mark.real_data
def test_real_notices_are_found_no_worse_than_by_bm25_and_as_well_when_misspelt(
    shared_data, tmp_path, capsys
):
    folder = shared_data / "benchmarks"
    files = folder / "search-documents.jsonl", folder / "search-queries.jsonl"

    _, said, _ = run(capsys, "bench", "search", *files)

    figures = json.loads(said.splitlines()[-1])
    assert figures["queries"] == 369
    assert figures["ratio"] >= 1.03
    assert figures["misspelt"]["kept"] >= 0.95
