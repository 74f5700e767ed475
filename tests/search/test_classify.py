"""What a text is probably about: the model that travels with the package, and how one is made."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from search import classify, classify_training
from search.classify import SHIPPED, CategoryModel, UnreadableModel, offer
from search.classify_training import Labelled, best_threshold, f1, figures, mixed

NOTICES = [
    ("minibus driver for lunch club", {"volunteering/drivers", "transport/community-transport"}),
    ("roof repairs to village hall", {"buildings-repairs/roofing"}),
    ("buffet for 40 people", {"food-drink/event-catering"}),
    ("Weekly cleaning of a GP surgery and its waiting room", {"cleaning/building-cleaning"}),
    ("Can anyone spare a fridge or a cooker for a family’s first flat?", {"furniture-goods/white-goods"}),
    ("Help retired miners record their memories of the pit", {"heritage/local-history"}),
    ("Website for our allotment society", {"digital/websites"}),
    ("Rewire the scout hut and fit emergency lighting", {"buildings-repairs/electrical"}),
    ("We need two trustees with a head for figures", {"volunteering/trustees-governors"}),
    ("Grass cutting at three cemeteries, April to October", {"gardens-grounds/grounds-maintenance"}),
    ("Coach for forty pensioners to Whitby", {"transport/coaches-buses"}),
    ("Someone to teach older residents to use their phones and tablets", {"digital/digital-inclusion"}),
    ("Security guards for a building site over Christmas", {"security/guarding-patrols"}),
    ("Counselling sessions for teenagers who self-harm", {"health-wellbeing/mental-health"}),
    ("Printed programmes and posters for a brass band concert", {"printing-marketing/printing"}),
    (
        "A room for thirty with a kitchen, Tuesdays",
        {"venues-space/community-halls", "venues-space/meeting-rooms"},
    ),
    ("Solar panels for a community centre", {"energy/renewables"}),
    ("Fifty saplings by the river and people to dig them in", {"environment/tree-planting-woodland"}),
    ("Bookkeeping and year-end accounts for small firms", {"professional/accountancy"}),
    ("Strips for an under-twelves girls’ team", {"sport/clubs-teams", "sport/sports-equipment"}),
    (
        "Free legal help about a lease",
        {"professional/legal", "advice/legal-rights", "volunteering/skilled-help"},
    ),
    ("Emergency beds for people sleeping rough", {"housing/homelessness", "housing/supported-housing"}),
    ("Winter gritting of council car parks", {"cleaning/street-cleaning"}),
    ("Stairlift and grab rails for a bungalow", {"buildings-repairs/accessibility-adaptations"}),
    ("Domiciliary care for adults in Weardale", {"care/home-care"}),
    (
        "Mentor for a new social enterprise",
        {"volunteering/befrienders-mentors", "training/tutoring-mentoring"},
    ),
    ("Wheelie bins emptied at twelve primary schools", {"waste-recycling/waste-collection"}),
    ("A welder to mend the gates of the park", {"making-mending/metalwork-welding"}),
]
SLUGS = ("food", "food/cakes", "building", "building/roofs")
TAUGHT = {
    "food": ["something to eat", "refreshments served"],
    "food/cakes": ["scones and buns", "birthday cake baked", "fruit cake"],
    "building": ["a builder wanted", "trades of every kind"],
    "building/roofs": ["slates on a roof", "leaking roof repaired", "felt and slates"],
}


def taught() -> list[Labelled]:
    own = [
        Labelled(text, frozenset({slug}), "own", own=True, weight=3)
        for slug, texts in TAUGHT.items()
        for text in texts
    ]
    real = [
        Labelled(f"{text} in village {number}", frozenset({slug}), "notices", record=True)
        for number in range(12)
        for slug, texts in TAUGHT.items()
        for text in texts
    ]
    return own + real


@pytest.fixture(scope="module")
def small() -> classify_training.Trained:
    return classify_training.train(taught(), SLUGS, {"about": "a test"})


@pytest.fixture(scope="module")
def model(small) -> CategoryModel:
    return classify.read(BytesIO(small.file))


def test_the_same_texts_give_the_same_bytes(small):
    assert classify_training.train(taught(), SLUGS, {"about": "a test"}).file == small.file


def test_a_model_says_what_it_learnt_from_and_how_well_it_does(small, model):
    assert model.head == small.head
    assert (model.head["about"], model.head["slugs"]) == ("a test", list(SLUGS))
    assert model.head["texts"] == {"notices": 120, "own": 10}
    told = model.head["figures"]
    assert told["all"]["texts"] == told["by_source"]["notices"]["texts"] > 0
    assert told["shelves"]["top_1"] == 1.0


def test_what_was_learnt_is_suggested(model):
    found = model.suggest("A fruit cake and some buns")

    assert found[0][0] == "food/cakes"
    assert [chance for _, chance in found] == sorted((chance for _, chance in found), reverse=True)
    assert model.suggest("slates have come off our roof")[0][0] == "building/roofs"
    assert model.families("slates have come off our roof", limit=1)[0][0] == "building"


def test_a_parent_gets_its_childrens_shares_too(model):
    chances = model.probabilities("a fruit cake")

    assert chances["food"] > chances["food/cakes"]
    assert chances["food"] + chances["building"] == pytest.approx(1.0)


@pytest.mark.parametrize("text", ["", "  ", "xx", "42 1999", "the of and", "zyxwv plugh frobnicate", "cak"])
def test_nothing_is_said_of_a_text_too_short_or_too_strange(model, text):
    assert model.suggest(text) == ()
    assert CategoryModel.load().suggest(text) == ()


def test_a_parent_is_offered_only_when_it_is_likely_and_none_of_its_children_is():
    chances = {"food": 0.6, "food/cakes": 0.2, "building": 0.25, "building/roofs": 0.01, "care": 0.12}

    assert offer(chances, 0.1) == (("building", 0.25), ("food/cakes", 0.2))
    assert offer(chances, 0.9) == ()


def test_the_model_in_the_package_knows_what_a_county_writes():
    model = CategoryModel.load()
    found = {text: {slug for slug, _ in model.suggest(text, limit=3)} for text, _ in NOTICES}
    missed = {text: found[text] for text, right in NOTICES if not right & found[text]}

    assert len(missed) <= 0.2 * len(NOTICES), missed


def test_the_model_in_the_package_reads_words_as_we_do_now_and_is_small():
    head = CategoryModel.load().head

    assert head["reading"] == classify.reading(), "words are read anew: run `marketplace categories train`"
    assert SHIPPED.stat().st_size < 4_000_000
    assert {"trained_on", "command", "texts", "figures", "threshold"} <= set(head)
    with np.load(SHIPPED, allow_pickle=False) as kept:
        assert {kept[name].dtype.kind for name in kept.files} <= {"u", "i", "f"}


def test_a_file_that_is_no_model_is_refused(tmp_path: Path, small):
    for number, damaged in enumerate((b"", b"not a model", small.file[:400], small.file[:-900])):
        path = tmp_path / f"{number}.npz"
        path.write_bytes(damaged)
        with pytest.raises(UnreadableModel):
            CategoryModel.load(path)
    with pytest.raises(UnreadableModel, match="cannot be read"):
        CategoryModel.load(tmp_path / "gone.npz")


def test_figures_count_firsts_threes_and_shelves(model):
    items = [
        Labelled("fruit cake", frozenset({"food/cakes"}), "a"),
        Labelled("slates on the roof", frozenset({"food"}), "b"),
    ]
    told = figures(model, items, 0.2)

    assert told["by_source"]["a"] == {
        "texts": 1, "top_1": 1.0, "top_3": 1.0, "micro_f1": 1.0, "nothing_offered": 0.0,
    }  # fmt: skip
    assert (told["by_source"]["b"]["top_1"], told["all"]["top_1"], told["shelves"]["top_1"]) == (
        0.0,
        0.5,
        0.5,
    )
    assert told["f1_by_shelf"] == {"food": pytest.approx(2 / 3, abs=1e-4)}
    assert best_threshold(model, []) == classify_training.THRESHOLDS[0]


def test_f1_is_micro_averaged():
    assert f1([({"a", "b"}, ["a"]), ({"c"}, ["c", "d"])]) == pytest.approx(2 * 2 / (3 + 3), abs=1e-4)
    assert f1([]) == 0.0


def test_our_lines_are_also_learnt_side_by_side():
    own = [item for item in taught() if item.own]
    pairs = list(mixed(own))

    assert pairs == list(mixed(own)), "the same pairs every time"
    assert len(pairs) == 2 * len(own)
    assert any(len(item.slugs) == 2 for item in pairs)
