"""Postcodes as people type them."""

import pytest

from marketplace.places import postcodes


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("dl14 7ab ", "DL147AB"),
        ("DL147AB", "DL147AB"),
        ("Dl14\u00a07aB", "DL147AB"),
        ("dh1 3jx.", "DH13JX"),
        ("W1A 1AA", "W1A1AA"),
        ("m1-1ae", "M11AE"),
        ("EC1A1BB", "EC1A1BB"),
        ("gir 0aa", "GIR0AA"),
    ],
)
def test_a_postcode_is_read_however_it_is_spaced(typed, code):
    assert postcodes.normalise(typed) == code


@pytest.mark.parametrize(
    "typed", ["", "DL14", "DL14 7A", "DL14 7ABC", "14DL 7AB", "DL14 7CB", "Crook", "DL1477AB"]
)
def test_what_has_not_the_shape_of_a_postcode_is_none(typed):
    assert postcodes.normalise(typed) is None


@pytest.mark.parametrize(
    ("code", "shown", "district"), [("DL147AB", "DL14 7AB", "DL14"), ("M11AE", "M1 1AE", "M1")]
)
def test_a_postcode_is_shown_with_its_space_and_knows_its_district(code, shown, district):
    assert postcodes.pretty(code) == shown
    assert postcodes.outward(code) == district


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The Hall, Newgate Street, Bishop Auckland DL14 7EJ, England", "DL147EJ"),
        ("Deliveries to dh13jx, ask for the porter", "DH13JX"),
        ("First DL4 1AB, then DL5 5AA", "DL41AB"),
        ("Room DL14, 7 AB Street", None),
        ("ref ABDL14 7EJX", None),
        ("", None),
    ],
)
def test_a_postcode_is_found_in_free_text(text, code):
    assert postcodes.find_in(text) == code


@pytest.mark.parametrize(
    ("typed", "district"), [("dl14", "DL14"), (" W1A ", "W1A"), ("DL14 7AB", None), ("Crook", None)]
)
def test_half_a_postcode_is_a_district(typed, district):
    assert postcodes.district_only(typed) == district
