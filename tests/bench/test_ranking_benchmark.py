"""The ranking benchmark: its rules one by one on made awards, its figures by hand, and the figures seen."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice, product
from math import log, log2
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from marketplace.bench import awards, ranking
from marketplace.bench.awards import Award, Supplier, Where, Work, supplier_key
from marketplace.bench.figures import interval, mean, resampled
from marketplace.bench.ranking import Case, Scored, cases
from marketplace.bench.ranking_baselines import Baselines, by_name
from marketplace.cli import main
from search.geo import Point
from search.ranking.evaluation import hit, reciprocal_rank

FIRST = date(2020, 1, 1)
WORDS = ["".join(letters) for letters in product("bdfg", "aeiou", "klmn", "aeiou")]


def winner(said: str | Supplier) -> Supplier:
    return said if isinstance(said, Supplier) else Supplier(said, supplier_key(said))


def award(
    day: int, *suppliers: str | Supplier, title: str = "Roof repairs", text: str = "", **more: Any
) -> Award:
    """An award on a day from the first of January; `suppliers` by name, or as they are."""
    bought_from = more.pop("bought_from", Where())
    work = Work(0, more.pop("id", f"day {day}"), FIRST + timedelta(day), title, text, **more)
    return Award(work, tuple(map(winner, suppliers)), bought_from)


def before(count: int = 20, suppliers: int = 20) -> list[Award]:
    """Awards on days 0 to 19, each of words of its own, by suppliers called Old 0, Old 1 and so on."""
    return [
        award(number, f"Old {number % suppliers}", title=" ".join(WORDS[number * 5 : number * 5 + 5]))
        for number in range(count)
    ]


def asked(*more: Award, past: Iterable[Award] | None = None) -> list[Case]:
    return list(cases(awards.in_date_order([*(before() if past is None else past), *more])))


def test_a_query_is_asked_of_everybody_with_a_strictly_earlier_award():
    together = [award(30, "New One", id="same day"), award(30, "Old 3", title="Slates")]
    [case] = asked(award(25, "Old 1", "Old 2", title="Gutters"), *together)[1:]

    assert case.asked.title == "Slates"
    assert sorted(case.candidates) == sorted(f"Old {number}" for number in range(20))
    assert case.truth.winners == {"Old 3"}
    assert [work.title for work in case.candidates["Old 1"].works][1:] == ["Gutters"]
    assert case.earlier == 21


def test_winners_of_the_same_day_only_make_no_query():
    assert asked(award(30, "New One"), award(30, "New One", title="Slates")) == []


def test_winners_nobody_had_heard_of_are_not_asked_for():
    [case] = asked(award(30, "Old 1", "New One"))

    assert case.truth.winners == {"Old 1"}
    assert "New One" not in case.candidates


@pytest.mark.parametrize(("earlier", "suppliers", "queries"), [(20, 10, 1), (19, 10, 0), (20, 9, 0)])
def test_a_query_takes_twenty_earlier_awards_and_ten_candidates(earlier, suppliers, queries):
    assert len(asked(award(30, "Old 1"), past=before(earlier, suppliers))) == queries


@pytest.mark.parametrize(
    ("title", "text", "left_out"),
    [
        ("Alpha bravo charlie", "", True),  # 3 of 5 words: 0.6 to the dot
        ("Alpha bravo charlie foxtrot", "", False),  # 3 of 6
        ("ALPHA, bravo 4 of charlie!", "delta 1", True),  # short words and figures are none
        ("Alpha bravo charlie", "echo " * 80 + "foxtrot golf hotel", True),  # beyond 400 characters
        ("Alpha bravo charlie", "echo foxtrot golf hotel", False),
    ],
)
def test_repeats_are_left_out_of_what_is_known(title, text, left_out):
    like = award(25, "Old 1", title=title, text=text)
    [case] = asked(like, award(30, "Old 1", title="Alpha bravo charlie", text="delta echo"))[-1:]

    assert len(case.candidates["Old 1"].works) == (1 if left_out else 2)
    assert case.left_out == ({20} if left_out else frozenset())


def test_a_supplier_with_nothing_left_is_no_candidate_and_so_perhaps_no_query():
    flagged = Supplier("New One", supplier_key("New One"), Where("DH1"), sme=True)
    one, other = award(25, flagged), award(30, "New One")
    [case] = asked(one, award(30, "Old 1"))

    assert asked(one, other) == []
    assert "New One" not in case.candidates


def test_flags_and_district_are_the_latest_that_an_award_still_known_says():
    def old(**said: Any) -> Supplier:
        return Supplier("Old 1", supplier_key("Old 1"), **said)

    past = [
        award(21, old(where=Where("DH1"), sme=True, vcse=False), title="Slates for schools"),
        award(22, old(where=Where("SR1")), title="Gutters and drains"),
        award(23, old(where=Where("TS1"), sme=False), title="Roof repairs"),
    ]
    query = award(30, old(where=Where("NE1"), sme=False, vcse=True), title="Roof repairs")
    [case] = asked(*past, query)[-1:]
    known = case.candidates["Old 1"]

    assert (known.where, known.sme, known.vcse) == (Where("SR1"), True, False)
    assert (case.truth.sme, case.truth.vcse) == (False, True)
    assert "NE1" not in repr(known)


def test_a_supplier_counts_once_and_goes_by_its_name_as_first_written():
    past = [award(21, "Smith & Sons Ltd", title="Slates"), award(22, "SMITH AND SONS", title="Gutters")]
    [case] = asked(*past, award(30, "Smith and Sons Limited", title="Lead"))[-1:]

    assert case.truth.winners == {"Smith & Sons Ltd"}
    assert [work.title for work in case.candidates["Smith & Sons Ltd"].works] == ["Slates", "Gutters"]
    assert len(case.candidates) == 21


def test_the_winners_names_are_masked_and_other_suppliers_are_not():
    [case] = asked(award(30, "Old 1", "New One Ltd", title="OLD 1 Limited wins", text="New One. Not Old 2."))

    assert case.asked.title.split() == ["wins"]
    assert case.asked.description.split() == [".", "Not", "Old", "2."]


def test_an_award_without_a_place_is_asked_about_where_it_was_bought():
    here, there = Where("DL1"), Where("DH1")
    [stated] = asked(award(30, "Old 1", where=here, bought_from=there))
    [inferred] = asked(award(30, "Old 1", bought_from=there))
    earlier = asked(award(25, "Old 1", bought_from=there), award(30, "Old 1", title="Slates"))[-1]

    assert (stated.asked.where, inferred.asked.where) == (here, there)
    assert all(not work.where.outcode for work in earlier.candidates["Old 1"].works)


def test_nothing_of_the_buyer_reaches_a_ranker(tmp_path):
    def told(buyer: str, postcode: str) -> list[Case]:
        rows = rows_of([*before(), award(30, "Old 1")])
        path = tmp_path / "awards.jsonl"
        lines = (json.dumps(row | {"buyer": buyer, "buyer_postcode": postcode}) for row in rows)
        path.write_text("\n".join(lines), "utf-8")
        return list(cases(awards.read(path)))

    assert told("A Council", "DH1 5UL") == told("Another", "DH1 1AA")


def test_a_case_stays_as_it_was_when_more_becomes_known():
    held = asked(award(25, "Old 1", title="Slates"), award(30, "Old 1", title="Gutters"), award(31, "Old 2"))

    assert [len(case.candidates["Old 1"].works) for case in held] == [1, 2, 3]


def test_bm25_reads_what_the_case_may_know_and_nothing_else():
    words = ["roof", "slate", "gutter", "drain", "lead"]
    more = [
        award(21 + n, f"Old {n % 7}", f"New {n % 4}", title=f"{words[n % 5]} {words[n % 3]}", text=WORDS[n])
        for n in range(12)
    ]
    listed = awards.in_date_order([*before(), *more])

    for case in cases(listed):
        assert Baselines(listed).bm25(case) == bm25_by_hand(case)


def bm25_by_hand(case: Case) -> list[str]:
    said = {
        name: Counter(word for work in each.works for word in work.text.lower().split() if len(word) > 2)
        for name, each in case.candidates.items()
    }
    average = sum(count.total() for count in said.values()) / len(said)
    scores = dict.fromkeys(said, 0.0)
    for word in set(case.asked.text.lower().split()):
        holders = [name for name in said if said[name][word]]
        weight = log(1 + (len(said) - len(holders) + 0.5) / (len(holders) + 0.5))
        for name in holders:
            length = 1.5 * (0.25 + 0.75 * said[name].total() / average)
            scores[name] += weight * said[name][word] * 2.5 / (said[name][word] + length)
    return sorted(scores, key=lambda name: (-round(scores[name], 9), by_name(name)))


def test_the_other_baselines_go_by_the_likest_award_by_how_many_and_by_miles():
    places = {"DH1": Point(54.78, -1.57), "SR1": Point(54.91, -1.38)}

    def old(number: int, outcode: str) -> Supplier:
        return Supplier(f"Old {number}", f"old {number}", Where(outcode, places.get(outcode)))

    past = [
        award(21, old(4, "DH1"), title="Boilers serviced in village schools"),
        award(22, old(5, "SR1"), title="Boilers serviced"),
        award(23, old(5, "SR2"), title="Minibus hire"),
        award(24, old(6, "AB1"), title="Catering"),
        award(24, old(7, "DH1"), title="Waste"),
    ]
    query = award(
        30, old(7, "DH1"), title="Boilers serviced each year here", where=Where("DH1", places["DH1"])
    )
    listed = awards.in_date_order([*before(), *past, query])
    case = list(cases(listed))[-1]
    orders = {name: order(case) for name, order in Baselines(listed).rankers.items()}

    assert orders["tfidf"][:2] == ["Old 5", "Old 4"]
    assert orders["popularity"][:5] == ["Old 5", "Old 4", "Old 6", "Old 7", "Old 0"]
    assert orders["nearest"][:4] == ["Old 4", "Old 7", "Old 5", "Old 6"]
    assert orders["nearest"][4:6] == ["Old 0", "Old 1"], "the unknown last, by name"
    assert all(sorted(order) == sorted(case.candidates) for order in orders.values())


def test_the_figures_are_those_worked_out_by_hand():
    listed = awards.in_date_order([*before(), award(30, "Old 7", "Old 1", cpv=("45000000",), value=30_000.0)])
    order = ["Old 2", "Old 1", "Old 3", "Old 7", *(f"Old {n}" for n in (0, 4, 5, 6, *range(8, 20)))]

    [scored] = ranking.measure(listed, ranking.one_by_one(lambda case: order))

    gained = (1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3))
    assert scored.figures["ours"] == (0.5, 0.0, 1.0, 1.0, pytest.approx(gained))
    assert scored.figures["popularity"][0] == 0.5  # all have won once: Old 0, then Old 1
    assert scored.slices == {"sector": "45", "sme": "unknown", "vcse": "unknown", "value": "25k-100k"}
    assert scored.candidates == 20


def scored(ours: float, theirs: float, sector: str = "45") -> Scored:
    figures = dict.fromkeys(ranking.NAMES, (theirs,) * 5)
    kinds = {"sector": sector, "sme": "yes", "vcse": "unknown", "value": "over-1m"}
    return Scored(12, kinds, figures | {"ours": (ours,) * 5})


def test_a_report_compares_with_every_baseline_and_names_the_slices_that_are_worse():
    told = ranking.report(
        [scored(0.5, 0.25)] * 60 + [scored(0.1, 0.2, "72")] * 30 + [scored(0.0, 0.2, "90")] * 29
    )
    against = told["against"]["bm25"]["mrr"]

    assert (told["queries"], told["candidates"]) == (119, {"mean": 12.0, "most": 12})
    assert told["ours"]["mrr"] == round((60 * 0.5 + 30 * 0.1) / 119, 4)
    assert against["ratio"] == round((60 * 0.5 + 30 * 0.1) / (60 * 0.25 + 59 * 0.2), 4)
    assert 1 < against["ratio_95"][0] < against["ratio"] < against["ratio_95"][1]
    assert against["difference_95"][0] < against["difference"] < against["difference_95"][1]
    assert set(told["against"]) == {"bm25", "tfidf", "popularity", "nearest"}
    assert told["slices"]["sector"]["45"] == {"queries": 60, "mrr": 0.5, "bm25_mrr": 0.25, "ratio": 2.0}
    assert told["below_bm25"] == ["sector 72"], "29 queries are too few to say"


def test_a_report_of_nothing_says_so():
    told = ranking.report([])

    assert (told["queries"], told["ours"]["mrr"], told["slices"], told["below_bm25"]) == (0, 0.0, {}, [])
    assert told["against"]["bm25"]["mrr"]["ratio"] is None
    assert told["against"]["bm25"]["mrr"]["ratio_95"] is None
    assert "0 queries" in ranking.table(told)


def test_resamples_take_the_same_queries_of_every_column():
    ones, twos, mixed = [1.0] * 9, [2.0] * 9, [0.0, 3.0, 6.0] * 3
    drawn = resampled([ones, twos, mixed, [value / 2 for value in mixed]])

    assert drawn.shape == (10_000, 4)
    assert (drawn[:, 0].tolist(), drawn[:, 1].tolist()) == ([1.0] * 10_000, [2.0] * 10_000)
    assert drawn[:, 2] == pytest.approx(drawn[:, 3] * 2)
    assert drawn[:, 2].mean() == pytest.approx(3, abs=0.05)
    assert drawn[:, 2].std() == pytest.approx(6**0.5 / 3, abs=0.02)  # the spread of a mean of nine


def test_an_interval_leaves_out_what_is_no_number():
    assert interval(resampled([[5.0]])[:, 0]) == (5.0, 5.0)
    assert interval(np.array([float("nan"), 2.0, float("inf")])) == (2.0, 2.0)
    assert interval(np.array([float("nan")])) is None
    assert interval(resampled([[]])[:, 0]) is None


def test_ours_is_told_each_case_once_in_date_order_and_may_look_ahead():
    listed = awards.in_date_order([*before(), *(award(30 + n, "Old 1", title=WORDS[n]) for n in range(6))])
    seen: list[str] = []

    def three_at_a_time(told: Iterable[Case]) -> Iterator[list[str]]:
        each = iter(told)
        while some := list(islice(each, 3)):
            seen.extend(case.asked.title for case in some)
            yield from (sorted(case.candidates) for case in some)

    assert len(ranking.measure(listed, three_at_a_time)) == 6
    assert seen == WORDS[:6]


@pytest.mark.parametrize(
    "answer",
    [
        lambda case: sorted(case.candidates)[1:],
        lambda case: [*sorted(case.candidates), "Old 1"],
        lambda case: [*sorted(case.candidates)[1:], "Nobody"],
    ],
)
def test_an_answer_that_does_not_name_everybody_once_is_a_bug(answer):
    listed = awards.in_date_order([*before(), award(30, "Old 1")])

    with pytest.raises(ValueError, match="does not name every candidate once"):
        ranking.measure(listed, ranking.one_by_one(answer))


def test_a_query_left_unanswered_is_a_bug():
    listed = awards.in_date_order([*before(), award(30, "Old 1")])

    def told_but_silent(told: Iterable[Case]) -> Iterator[list[str]]:
        yield from ([] for _ in told if False)

    with pytest.raises(ValueError, match="There is no answer to day 30"):
        ranking.measure(listed, told_but_silent)


def rows_of(made: Iterable[Award]) -> list[dict[str, Any]]:
    return [
        {
            "id": each.work.id, "date": str(each.work.date), "title": each.work.title, "buyer": "A Council",
            "description": each.work.text, "cpv": ["45000000"], "value": 2e6, "region": None,
            "postcode": None, "buyer_postcode": None,
            "suppliers": [{"name": one.name, "sme": True} for one in each.suppliers],
        }
        for each in made
    ]  # fmt: skip


def printed(capsys: pytest.CaptureFixture, *arguments: object) -> list[str]:
    with pytest.raises(SystemExit) as done:
        main(["bench", "ranking", *map(str, arguments)])
    assert done.value.code == 0
    return capsys.readouterr().out.splitlines()


def test_the_command_prints_a_table_then_one_json_object_and_writes_its_answers(tmp_path, capsys):
    path, out = tmp_path / "awards.jsonl", tmp_path / "run.jsonl"
    made = [
        *before(),
        *(award(30 + n, f"Old {n}", title=" ".join(WORDS[n * 5 : n * 5 + 9])) for n in range(8)),
    ]
    path.write_text("\n".join(map(json.dumps, rows_of(made))), "utf-8")

    said = printed(capsys, path, "--out", out)
    told = json.loads(said[-1])
    answers = [json.loads(line) for line in out.read_text("utf-8").splitlines()]

    assert "8 queries; candidates: 20 on average, 20 at most" in said
    assert (told["benchmark"], told["awards"], told["queries"]) == ("ranking", 28, 8)
    assert told["slices"]["value"]["over-1m"]["queries"] == 8
    assert [answer["id"] for answer in answers] == [f"day {30 + n}" for n in range(8)]
    assert all(sorted(answer["ranked"]) == sorted(f"Old {n}" for n in range(20)) for answer in answers)
    assert printed(capsys, path) == said, "the same every time, written down or not"


def test_a_file_too_small_to_ask_anything_gives_figures_of_nothing(tmp_path, capsys):
    path = tmp_path / "awards.jsonl"
    path.write_text("\n".join(map(json.dumps, rows_of(before(5)))), "utf-8")

    assert json.loads(printed(capsys, path)[-1])["queries"] == 0


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "asked_of", "seen"),
    [
        ("awards-contracts-finder-2020", (196, 1_215), (0.227, 0.378)),
        ("awards-ted-uk-2020", (826, 3_325), (0.144, 0.284)),
    ],
)
def test_bm25_does_as_others_saw_it_do(shared_data: Path, name, asked_of, seen):
    listed = awards.read(shared_data / "benchmarks" / f"{name}.jsonl")
    order = Baselines(listed).bm25
    counts, first, tenth = [], [], []
    for case in cases(listed):
        ranked = order(case)
        counts.append(len(case.candidates))
        first.append(reciprocal_rank(ranked, case.truth.winners))
        tenth.append(hit(ranked, case.truth.winners, 10))

    assert (len(counts), round(mean(counts))) == asked_of
    assert (mean(first), mean(tenth)) == pytest.approx(seen, abs=0.012)  # two queries of 196
