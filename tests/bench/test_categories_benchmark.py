"""`marketplace bench categories`: what it prints, what it writes, and what it must not look at."""

import json
from pathlib import Path

import pytest

from marketplace.bench import categories
from marketplace.cli import main

KINDS = {
    "I10": ("upkeep of a church and its worship", ["RL200"]),
    "A21": ("football and cricket for the young people of the town", ["LE106", "CC"]),
    "E21": ("rescue and rehoming of stray dogs and cats", ["AN101"]),
}


def charity(number: int, icnptso: str) -> dict:
    text, ukcat = KINDS[icnptso]
    return {
        "id": f"GB-CHC-{number}", "name": "A name", "activities": f"{text}, branch {number}",
        "objects": text.upper() if number % 2 else None, "postcode": None, "income": 5.0,
        "ukcat": ukcat if number % 7 else [], "icnptso": icnptso,
    }  # fmt: skip


def written(path: Path, numbers: range) -> Path:
    rows = [charity(number, list(KINDS)[number % 3]) for number in numbers]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def printed(capsys: pytest.CaptureFixture, *arguments: object) -> dict:
    with pytest.raises(SystemExit) as done:
        main(["bench", "categories", *map(str, arguments)])
    assert done.value.code == 0
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_a_file_is_answered_in_parts_and_the_answers_are_written(tmp_path, capsys):
    source, out = written(tmp_path / "some.jsonl", range(60)), tmp_path / "run.jsonl"
    told = printed(capsys, source, "--out", out)
    answers = [json.loads(line) for line in out.read_text("utf-8").splitlines()]

    assert (told["benchmark"], told["charities"]) == ("categories", 60)
    assert told["learnt"] == "in 5 parts, each from the others"
    assert told["ukcat"]["micro_f1"] > 0.8
    assert told["icnptso"]["top_1"] == told["icnptso"]["top_3"] == 1.0
    assert [answer["id"] for answer in answers] == [f"GB-CHC-{number}" for number in range(60)]
    assert sorted(answers[0]["icnptso"]) == sorted(KINDS)
    assert answers[0]["icnptso"][0] == "I10"
    assert printed(capsys, source) == told, "the same every time"


def test_a_file_can_be_answered_from_another(tmp_path, capsys):
    source, teacher = written(tmp_path / "a.jsonl", range(6)), written(tmp_path / "b.jsonl", range(6, 50))
    told = printed(capsys, source, "--train", teacher)

    assert (told["learnt"], told["icnptso"]["top_1"]) == ("from b.jsonl", 1.0)


def test_the_codes_asked_for_are_not_read(tmp_path):
    asked = categories.charities(written(tmp_path / "a.jsonl", range(30)))
    taught = categories.charities(written(tmp_path / "b.jsonl", range(100, 160)))
    blank = [categories.Charity(each.id, each.activities, each.objects, (), "") for each in asked]

    assert categories.learnt_elsewhere(asked, taught) == categories.learnt_elsewhere(blank, taught)


def test_a_charity_in_both_files_is_not_learnt_from(tmp_path, capsys):
    source = written(tmp_path / "a.jsonl", range(30))
    with pytest.raises(SystemExit) as done:
        main(["bench", "categories", str(source), "--train", str(source)])

    assert done.value.code == 1
    assert "There are 0 charities with codes to learn from" in capsys.readouterr().err


@pytest.mark.parametrize(("content", "words"), [("", "no charities"), ("{}\n", "no id"), ("x\n", "not JSON")])
def test_a_file_that_is_not_of_charities_is_refused(tmp_path, capsys, content, words):
    (tmp_path / "a.jsonl").write_text(content, "utf-8")
    with pytest.raises(SystemExit) as done:
        main(["bench", "categories", str(tmp_path / "a.jsonl")])

    assert done.value.code == 1
    assert words in capsys.readouterr().err
