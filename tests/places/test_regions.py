"""Work in another part of the country is far away, though nobody gave its address."""

import pytest

from marketplace.places.regions import MIDDLES, elsewhere
from search.geo import Point, miles_between

DURHAM, LEEDS = Point(54.78, -1.58), Point(53.8, -1.55)


@pytest.mark.parametrize(
    ("words", "region"),
    [
        ("West Midlands", "west midlands"),
        ("East of England and South East", "east of england"),
        ("South East, London and East Midlands", "east midlands"),
        ("Yorkshire and The Humber", "yorkshire and the humber"),
        ("Yorkshire and The Humber and East Midlands", "yorkshire and the humber"),
        ("scotland ", "scotland"),
    ],
)
def test_another_region_is_as_far_as_the_middle_of_the_nearest_named(words, region):
    assert elsewhere(words, DURHAM) == MIDDLES[region]
    assert miles_between(MIDDLES[region], DURHAM) > 50


@pytest.mark.parametrize(
    "words",
    [
        "North East",
        "West Midlands and North East",
        "England",
        "United Kingdom and Yorkshire and The Humber",
        "Any region",
        "Several regions",
        "Ukraine",
        "Bishop Auckland",
        "",
    ],
)
def test_what_may_be_here_or_anywhere_is_nowhere(words):
    assert elsewhere(words, DURHAM) is None


def test_which_region_is_here_depends_on_the_place():
    assert elsewhere("Yorkshire and The Humber", LEEDS) is None
    assert elsewhere("North East", LEEDS) == MIDDLES["north east"]
