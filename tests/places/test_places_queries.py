"""The place, and the point behind what somebody typed."""

import pytest

from marketplace.errors import NotSetUp, Refused
from marketplace.extensions import db
from marketplace.places import queries, services
from marketplace.places.models import Ward
from marketplace.places.queries import Precision, UnknownPlace
from marketplace.places.readers import PostcodeRow


@pytest.fixture
def place(app):
    place = services.add_place()
    db.session.commit()
    return place


def load(*codes):
    services.load_postcodes([PostcodeRow(code, 54.664, -1.676, "E05016158") for code in codes])
    db.session.commit()


def test_before_a_place_is_added_the_command_to_run_is_named(app):
    assert queries.current() is None
    with pytest.raises(NotSetUp, match="Run `marketplace places add` first"):
        queries.require_place()


def test_the_place_is_the_one_that_was_added(place):
    assert queries.current() == place == queries.require_place()


def test_a_known_postcode_is_found_exactly_with_its_ward(place):
    load("DL147AB")

    found = queries.locate(" dl14 7ab")

    assert (found.lat, found.lon, found.ward_code) == (54.664, -1.676, "E05016158")
    assert (found.label, found.precision) == ("DL14 7AB", Precision.POSTCODE)


def test_a_postcode_of_a_district_never_loaded_is_found_by_its_district(place):
    load("DL147AB", "DH11AB")

    found = queries.locate("DL1 1AB")  # DL1, though DL14 begins the same and is loaded

    assert (found.label, found.precision, found.ward_code) == ("DL1", Precision.DISTRICT, None)
    assert found.lat == pytest.approx(54.52, abs=0.05)


@pytest.mark.parametrize("typed", ["DL14 9ZZ", "DL99 9ZZ"])
def test_an_unknown_postcode_gets_a_sentence_and_the_towns_to_choose_from(place, typed):
    load("DL147AB")

    with pytest.raises(UnknownPlace) as refusal:
        queries.locate(typed, field="postcode")

    assert (
        refusal.value.message == f"We don't know the postcode {typed}. Check it, or choose the nearest town."
    )
    assert refusal.value.field == "postcode"
    assert "Bishop Auckland" in refusal.value.towns
    assert isinstance(refusal.value, Refused)


@pytest.mark.parametrize(
    ("typed", "town"),
    [
        ("bishop auckland", "Bishop Auckland"),
        ("ST JOHNS CHAPEL", "St John's Chapel"),
        ("St. John’s Chapel", "St John's Chapel"),
        ("chester le street", "Chester-le-Street"),
        ("Durham", "Durham City"),
        ("Darlington", "Darlington"),
    ],
)
def test_a_town_is_found_however_it_is_spelt(place, typed, town):
    found = queries.locate(typed)

    assert (found.label, found.precision) == (town, Precision.TOWN)


def test_half_a_postcode_is_found_as_its_district(place):
    found = queries.locate("dl14")

    assert (found.label, found.precision) == ("DL14", Precision.DISTRICT)


def test_a_postcode_inside_an_address_is_found(place):
    load("DL147AB")

    assert queries.locate("12 Newgate Street, Bishop Auckland DL14 7AB").label == "DL14 7AB"


def test_a_name_nobody_knows_gets_a_sentence(place):
    with pytest.raises(UnknownPlace, match="We don't know a place called “Timbuktu”"):
        queries.locate("Timbuktu ")


@pytest.mark.parametrize("blank", ["", "   ", None])
def test_a_blank_is_nowhere(place, blank):
    assert queries.locate_or_none(blank) is None


def test_something_typed_is_located_or_refused(place):
    located = queries.locate_or_none("Crook")

    assert located is not None
    assert located.label == "Crook"
    with pytest.raises(UnknownPlace):
        queries.locate_or_none("Timbuktu")


def test_nothing_is_known_before_a_place_is_added(app):
    with pytest.raises(UnknownPlace) as refusal:
        queries.locate("Crook")

    assert refusal.value.towns == ()


def test_a_ward_is_called_by_its_name_and_an_unknown_one_by_nothing(place):
    db.session.add(
        Ward(
            code="E05016158",
            name="Bishop Auckland",
            place_id=place.id,
            boundary={"type": "Polygon", "coordinates": []},
            min_lat=54.6,
            max_lat=54.7,
            min_lon=-1.7,
            max_lon=-1.6,
        )
    )

    names = [queries.ward_name(code) for code in ("E05016158", "E05009036", None)]

    assert names == ["Bishop Auckland", "", ""]
