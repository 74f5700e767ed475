"""The list of categories, and what other people's codes mean in it."""

import csv
import re
from pathlib import Path

import pytest

from marketplace.categories.catalogue import Catalogue, catalogue, read

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SMALL = {
    "building": {"name": "Building work", "cpv": ["45"], "sic": ["43"], "ukcat": ["HR"], "icnptso": ["F"]},
    "building/roofing": {"name": "Roofing", "also": ["slater"], "cpv": ["45261"], "sic": ["43.91"]},
    "building/halls": {"name": "Halls", "cpv": ["45261"], "ukcat": ["HR102", "AR300"], "icnptso": ["F10"]},
}


@pytest.fixture
def small() -> Catalogue:
    return read(SMALL)


def test_the_longest_cpv_prefix_wins_with_or_without_its_check_digit(small):
    assert small.for_cpv("45261210-9") == {"building/roofing", "building/halls"}
    assert small.for_cpv("45261210") == {"building/roofing", "building/halls"}
    assert small.for_cpv("45000000-7") == {"building"}
    assert small.for_cpv("99000000-1") == frozenset()


@pytest.mark.parametrize("code", ["43910", "43.91", "43.91/0", "43910 - Roofing activities", " 43910 "])
def test_a_sic_code_is_understood_in_each_way_people_write_it(small, code):
    assert small.for_sic(code) == {"building/roofing"}


def test_charity_codes_fall_back_to_their_family_and_then_to_their_group(small):
    assert small.for_ukcat("HR102") == {"building/halls"}
    assert small.for_ukcat("AR304") == {"building/halls"}
    assert small.for_ukcat("HR105") == {"building"}
    assert small.for_icnptso("F11") == {"building/halls"}
    assert small.for_icnptso("F90") == {"building"}
    assert small.for_ukcat("") == small.for_icnptso("") == small.for_cpv("") == frozenset()


def test_a_parent_knows_its_children_and_a_child_has_none(small):
    assert [child.slug for child in small.children("building")] == ["building/roofing", "building/halls"]
    assert small.children("building/roofing") == ()
    assert small.with_descendants("building") == ("building", "building/roofing", "building/halls")
    assert small.with_descendants("building/roofing") == ("building/roofing",)


def test_a_slug_nobody_listed_is_none_to_get_and_an_error_to_name(small):
    assert small.get("building/moats") is None
    assert "building/moats" not in small
    with pytest.raises(KeyError):
        small.name("building/moats")
    with pytest.raises(KeyError):
        small.with_descendants("building/moats")


def test_choices_are_grouped_under_their_parent_which_can_itself_be_chosen(small):
    assert small.choices() == {
        "Building work": [
            ("building", "Building work (any kind)"),
            ("building/roofing", "Roofing"),
            ("building/halls", "Halls"),
        ]
    }


def test_a_list_with_an_orphan_or_a_misspelt_word_is_refused():
    with pytest.raises(ValueError, match="no parent"):
        read({"building/roofing": {"name": "Roofing"}})
    with pytest.raises(ValueError, match="words nobody reads: synonyms"):
        read({"building": {"name": "Building", "synonyms": ["builder"]}})
    with pytest.raises(ValueError, match="must be a list"):
        read({"building": {"name": "Building", "cpv": "45"}})


def test_our_list_is_two_levels_of_plain_names_said_once():
    ours = catalogue()
    assert catalogue() is ours
    assert len(ours.parents) >= 25
    assert all(len(ours.children(parent.slug)) >= 4 for parent in ours.parents)
    assert all(re.fullmatch(r"[a-z-]+(/[a-z-]+)?", category.slug) for category in ours)
    names = [category.name for category in ours if category.parent]
    assert len(set(names)) == len(names)
    assert ours.name("food-drink/event-catering") == "Event catering"


def test_a_code_is_not_kept_by_a_parent_and_by_its_own_child():
    ours = catalogue()
    for parent in ours.parents:
        for child in ours.children(parent.slug):
            for kind in ("cpv", "sic", "ukcat", "icnptso"):
                both = set(getattr(parent, kind)) & set(getattr(child, kind))
                assert not both, f"{child.slug} repeats {both} of its parent"


def test_a_cpv_prefix_ends_where_its_meaning_ends_so_it_covers_all_below_it():
    assert [code for c in catalogue() for code in c.cpv if len(code) > 2 and code.endswith("0")] == []


@pytest.mark.parametrize(
    ("code", "slug"),
    [
        ("55520000-1", "food-drink/event-catering"),
        ("45261000-4", "buildings-repairs/roofing"),
        ("90911200-8", "cleaning/building-cleaning"),
        ("60130000-8", "transport/coaches-buses"),
        ("45421151-7", "buildings-repairs/joinery-carpentry"),
        ("80500000-9", "training/workplace-training"),
        ("79710000-4", "security/guarding-patrols"),
    ],
)
def test_codes_buyers_use_lead_to_the_words_suppliers_use(code, slug):
    assert slug in catalogue().for_cpv(code)


def column(path: str, *names: str, encoding: str = "utf-8-sig") -> set[str]:
    """Every value of these columns of a code list, or skip where the public records aren't here."""
    if not DATA.exists():
        pytest.skip("the public records (../shared/data) are not beside this checkout")
    with (DATA / path).open(encoding=encoding, newline="") as lines:
        return {row[name] for row in csv.DictReader(lines) for name in names if row[name]}


@pytest.mark.real_data
def test_every_cpv_prefix_is_in_the_cpv_and_every_division_leads_somewhere():
    codes = {code[:8] for code in column("codelists/cpv2008_en.csv", "CODE") if code[:1].isdigit()}
    ours = catalogue()
    assert {code for c in ours for code in c.cpv if code.ljust(8, "0") not in codes} == set()
    assert {code for code in codes if not ours.for_cpv(code)} == set()


@pytest.mark.real_data
def test_every_sic_code_is_in_the_sic_and_every_business_leads_somewhere():
    sic = "codelists/sic2007_drkane.csv"
    codes = column(sic, "division_code", "group_code", "class_code", encoding="cp1252")
    ours = catalogue()
    assert {code for c in ours for code in c.sic if code not in codes} == set()
    assert {code for code in column(sic, "code", encoding="cp1252") if not ours.for_sic(code)} == set()


@pytest.mark.real_data
def test_every_charity_code_is_in_its_list_and_every_charity_leads_somewhere():
    ukcat = column("charities-ukcat/ukcat.csv", "Code")
    icnptso = column("charities-ukcat/icnptso.csv", "Section", "Group", "Sub-group")
    ours = catalogue()
    assert {code for c in ours for code in c.ukcat if code not in ukcat} == set()
    assert {code for c in ours for code in c.icnptso if code not in icnptso} == set()
    assert {code for code in ukcat if not ours.for_ukcat(code)} == set()
    # "L Other activities" and what is not said elsewhere in it mean nothing in particular
    assert {code for code in icnptso if not ours.for_icnptso(code)} == {"L", "L90"}
