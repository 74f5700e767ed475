"""Teaching the suggester from a terminal: what may be learnt from, and what is refused."""

import json
from pathlib import Path

import pytest

from marketplace.categories.catalogue import catalogue
from marketplace.categories.labelled import own_words, records
from marketplace.cli import main
from marketplace.errors import Refused
from search.classify import CategoryModel, read

AWARD = {"title": "Re-roofing of forty bungalows", "description": "Slates.", "cpv": ["45261900"]}
CHARITY = {
    "activities": "Rehoming cats",
    "objects": "Relief of animals",
    "ukcat": ["AN101"],
    "icnptso": "E21",
}
UNKNOWN = {"title": "Nobody knows the code", "cpv": ["99999999"]}
NOTICE = """
[[organisation]]
name = "The hall"
[[organisation.need]]
title = "A driver"
body = "For Saturdays."
categories = ["volunteering/drivers", "no-such-thing"]
"""


def lines(path: Path, *rows: dict) -> Path:
    path.write_text("\ufeff" + "\n\n".join(map(json.dumps, rows)), "utf-8")
    return path


def test_every_category_is_taught_by_lines_of_our_own():
    ours = own_words()

    assert {slug for item in ours for slug in item.slugs} == {each.slug for each in catalogue()}
    assert all(item.own and not item.record for item in ours)


def test_records_are_labelled_by_their_codes(tmp_path):
    found = records(lines(tmp_path / "both.jsonl", AWARD, CHARITY, UNKNOWN))

    assert [item.slugs for item in found] == [
        catalogue().for_cpv("45261900"),
        catalogue().for_ukcat("AN101") | catalogue().for_icnptso("E21"),
    ]
    assert found[0].text == "Re-roofing of forty bungalows Slates."
    assert all(item.record for item in found)


def test_a_notice_brings_its_own_categories(tmp_path):
    (tmp_path / "demo.toml").write_text(NOTICE, "utf-8")
    (only,) = records(tmp_path / "demo.toml")

    assert (only.text.split(), only.slugs) == (["A", "driver", "For", "Saturdays."], {"volunteering/drivers"})


@pytest.mark.parametrize(
    ("csv", "words", "slug"),
    [
        (
            'CODE,EN\n45261000-4,"Erection of roofs"\nX,Nothing\n',
            "Erection of roofs",
            "buildings-repairs/roofing",
        ),
        ("code,class_name,subclass_name\n43910,Roofing,Roofing\n", "Roofing", "buildings-repairs/roofing"),
        ("Code,tag,Category\nAN101,Cats,Animals\n", "Cats", "animals/animal-rescue"),
    ],
)
def test_a_code_list_teaches_its_names(tmp_path, csv, words, slug):
    (tmp_path / "codes.csv").write_text("\ufeff" + csv, "utf-8")
    (only,) = records(tmp_path / "codes.csv")

    assert (only.text, only.record) == (words, False)
    assert slug in only.slugs


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.jsonl", b'{"title": "x"}\nnot json\n', "line 2 is not JSON"),
        ("a.jsonl", b"[1, 2]\n", "line 1 is not an object"),
        ("a.jsonl", b"\xff\xfe\n", "cannot be read"),
        ("a.jsonl", json.dumps(UNKNOWN).encode(), "no text with a code"),
        ("a.csv", b"name,colour\nx,red\n", "no code list we know"),
        ("a.toml", b"= broken", "cannot be read"),
    ],
)
def test_a_file_with_nothing_to_learn_is_refused_in_a_sentence(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(Refused, match=words):
        records(tmp_path / name)


def test_the_command_writes_a_model_and_prints_its_figures(tmp_path, monkeypatch, capsys):
    few = [item for item in own_words() if item.slugs & {"animals/vets", "cleaning/laundry", "food-drink"}]
    monkeypatch.setattr("marketplace.categories.labelled.own_words", lambda: few)
    source = lines(tmp_path / "awards.jsonl", *({**AWARD, "title": f"Roof {n}"} for n in range(40)))
    with pytest.raises(SystemExit) as done:
        main(["categories", "train", str(source), "--out", str(tmp_path / "m.npz"), "--on", "2026-11-22"])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    with (tmp_path / "m.npz").open("rb") as file:
        made = read(file)

    assert done.value.code == 0
    assert (told["trained_on"], told["command"]) == (
        "2026-11-22",
        "marketplace categories train awards.jsonl",
    )
    assert told["texts"] == {"awards.jsonl": 40, "own words": len(few)}
    assert told["bytes"] == (tmp_path / "m.npz").stat().st_size
    assert made.suggest("Roof of slates")[0][0] == "buildings-repairs/roofing"
    assert made.head["slugs"] == CategoryModel.load().head["slugs"] == [each.slug for each in catalogue()]
