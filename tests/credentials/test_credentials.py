"""The list of accreditations, covers and checks, and which of them stand for others."""

import pytest

from marketplace.credentials.catalogue import catalogue, read
from marketplace.organisations.models import OrganisationCredential

SMALL = {
    "five": {"name": "Five", "group": "Cover", "says": "Up to five."},
    "ten": {"name": "Ten", "group": "Cover", "says": "Up to ten.", "includes": ["five"]},
    "twenty": {"name": "Twenty", "group": "Cover", "says": "Up to twenty.", "includes": ["ten"]},
    "gas": {"name": "Gas", "group": "Trades", "says": "May work on gas."},
}


def slugs(credentials):
    return [each.slug for each in credentials]


def test_the_list_is_short_enough_to_choose_from_and_says_what_each_is():
    names = [each.name for each in catalogue()]

    assert 15 <= len(catalogue()) <= 25
    assert len(set(names)) == len(names)
    for each in catalogue():
        assert each.says.endswith(".")
        assert len(each.slug) <= OrganisationCredential.__table__.c.credential.type.length


def test_each_group_is_together_and_small_enough_to_read():
    found = [each.group for each in catalogue()]
    groups = catalogue().choices()

    assert found == sorted(found, key=list(groups).index)
    assert all(3 <= len(names) <= 7 for names in groups.values())


@pytest.mark.parametrize(
    ("must_have", "held", "missing"),
    [
        ((), (), []),
        (("five",), (), ["five"]),
        (("five", "gas"), ("gas",), ["five"]),
        (("five",), ("ten",), []),
        (("five",), ("twenty",), []),
        (("ten",), ("five",), ["ten"]),
        (("gas", "five"), (), ["five", "gas"]),
        (("no longer listed",), (), []),
        (("five",), ("no longer listed",), ["five"]),
    ],
)
def test_what_is_lacking_is_what_is_asked_for_and_neither_held_nor_included(must_have, held, missing):
    assert slugs(read(SMALL).lacking(must_have, held)) == missing


def test_what_is_held_stands_for_itself_and_all_that_is_less():
    small = read(SMALL)

    assert small.covered_by(["twenty", "gas"]) == {"five", "ten", "twenty", "gas"}
    assert small.covered_by([]) == frozenset()


def test_those_named_come_in_the_order_of_the_list():
    assert slugs(read(SMALL).among(["gas", "five", "unheard of"])) == ["five", "gas"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"colour": "red"}, "words nobody reads: colour"),
        ({"includes": "ten"}, "must be a list"),
        ({"includes": ["thirty"]}, "includes “thirty”, which is not in the list"),
    ],
)
def test_a_mistake_in_the_list_is_named(more, message):
    with pytest.raises(ValueError, match=message):
        read({"five": {**SMALL["five"], **more}})
