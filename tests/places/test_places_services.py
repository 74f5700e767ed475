"""Adding the place, and loading its postcodes and wards."""

import pytest
from sqlalchemy import func, select

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.places import queries, services
from marketplace.places.boundaries import WardMap, WardShape
from marketplace.places.gazetteer import DistrictDetails, PlaceDetails, TownDetails
from marketplace.places.models import District, Place, Postcode, Town, Ward
from marketplace.places.readers import PostcodeRow
from marketplace.places.tally import Rejected

SQUARE = [[-1.7, 54.6], [-1.6, 54.6], [-1.6, 54.7], [-1.7, 54.7], [-1.7, 54.6]]
AUCKLAND = WardShape("E05016158", "Bishop Auckland", {"type": "Polygon", "coordinates": [SQUARE]})
IN_TOWN = PostcodeRow("DL147AB", 54.664, -1.676, None, line=1)
ELSEWHERE = PostcodeRow("DH11AB", 54.786, -1.531, "E05009036", line=2)


def details(*towns, slug="county-durham", name="County Durham"):
    return PlaceDetails(
        slug=slug,
        name=name,
        neighbours=("Darlington", "Gateshead"),
        lat=54.72,
        lon=-1.66,
        timezone="Europe/London",
        towns=towns,
        districts=(DistrictDetails("DL14", 54.65, -1.69),),
    )


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def stored(code):
    db.session.expire_all()
    return db.session.get_one(Postcode, code)


def test_the_packaged_place_is_county_durham_with_towns_and_districts(app):
    place = services.add_place()

    towns = {town.name: town for town in queries.towns(place)}
    assert (place.slug, place.name, place.is_demo) == ("county-durham", "County Durham", False)
    assert towns["Bishop Auckland"].inside
    assert not towns["Darlington"].inside
    assert sum(town.inside for town in towns.values()) >= 75
    assert db.session.get_one(District, "DL14").lat == pytest.approx(54.65, abs=0.02)


def test_adding_the_place_again_brings_it_up_to_date_and_doubles_nothing(app):
    services.add_place(
        details(TownDetails("Crook", 54.7, -1.7, True), TownDetails("Oldtown", 54.1, -1.1, True))
    )
    db.session.commit()

    place = services.add_place(
        details(TownDetails("Crook", 54.715, -1.748, True), TownDetails("Yarm", 54.508, -1.354, False))
    )
    db.session.commit()

    assert [(town.name, town.lat) for town in queries.towns(place)] == [("Crook", 54.715), ("Yarm", 54.508)]
    assert (count(Place), count(Town), count(District)) == (1, 2, 1)


def test_refreshing_a_demo_place_leaves_it_a_demo(app):
    services.add_place(details(), is_demo=True)
    db.session.commit()

    assert services.add_place(details()).is_demo


def test_a_second_place_is_refused(app):
    services.add_place(details())

    with pytest.raises(Refused, match="already serves County Durham"):
        services.add_place(details(slug="cumbria", name="Cumbria"))


def test_postcodes_are_new_once_then_unchanged_then_changed(app):
    first = services.load_postcodes([IN_TOWN, ELSEWHERE])
    db.session.commit()
    again = services.load_postcodes([IN_TOWN, ELSEWHERE])
    moved = services.load_postcodes([IN_TOWN, PostcodeRow("DH11AB", 54.8, -1.53, "E05009036")])
    db.session.commit()

    assert (first.new, first.changed, first.unchanged) == (2, 0, 0)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    assert (moved.new, moved.changed, moved.unchanged) == (0, 1, 1)
    assert (stored("DH11AB").lat, stored("DH11AB").district) == (54.8, "DH1")


def test_a_batch_counts_what_was_refused_and_a_postcode_given_twice(app):
    tally = services.load_postcodes(
        [IN_TOWN, Rejected(2, "no position"), PostcodeRow("DL147AB", 1.0, 1.0, None, 3)]
    )

    assert (tally.new, tally.rejected) == (1, 2)
    assert stored("DL147AB").lat == 54.664
    assert list(tally.reasons()) == [
        "rejected 1: no position (line 2)",
        "rejected 1: the postcode is in the file twice (line 3)",
    ]


def test_boundaries_loaded_first_give_new_postcodes_their_ward(app):
    place = services.add_place(details())
    services.load_boundaries([AUCKLAND], place=place)

    services.load_postcodes([IN_TOWN, ELSEWHERE])

    assert stored("DL147AB").ward_code == "E05016158"
    assert stored("DH11AB").ward_code == "E05009036"


def test_boundaries_loaded_later_give_loaded_postcodes_their_ward(app):
    place = services.add_place(details())
    services.load_postcodes([IN_TOWN, ELSEWHERE, PostcodeRow("DL147AD", 54.665, -1.676, "E05009035")])
    db.session.commit()

    services.load_boundaries([AUCKLAND], place=place)
    changed = sum(services.assign_wards(services.ward_map()))
    db.session.commit()

    assert changed == 2
    assert [stored(code).ward_code for code in ("DL147AB", "DL147AD", "DH11AB")] == [
        "E05016158",
        "E05016158",  # the file named a ward of another year, whose boundary we don't hold
        "E05009036",
    ]
    assert sum(services.assign_wards(services.ward_map())) == 0
    assert services.load_postcodes([IN_TOWN]).unchanged == 1


def test_a_ward_named_by_the_file_is_trusted_where_its_boundary_is_loaded(app):
    place = services.add_place(details())
    services.load_boundaries([AUCKLAND], place=place)

    services.load_postcodes([PostcodeRow("DL148XX", 54.705, -1.65, "E05016158")])  # just over the drawn line

    assert stored("DL148XX").ward_code == "E05016158"


def test_wards_are_found_for_more_postcodes_than_one_batch(app, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)
    place = services.add_place(details())
    services.load_postcodes([PostcodeRow(f"DL147A{letter}", 54.65, -1.65, None) for letter in "ABDEF"])
    services.load_boundaries([AUCKLAND], place=place)

    assert list(services.assign_wards(services.ward_map())) == [2, 2, 1]


def test_without_boundaries_there_is_nothing_to_assign(app):
    services.load_postcodes([IN_TOWN])

    assert list(services.assign_wards(WardMap([]))) == []


def test_boundaries_are_new_once_then_unchanged_then_changed(app):
    place = services.add_place(details())
    renamed = WardShape("E05016158", "Bishop Auckland Town", AUCKLAND.boundary)

    tallies = [services.load_boundaries([ward], place=place) for ward in (AUCKLAND, AUCKLAND, renamed)]

    assert [(tally.new, tally.changed, tally.unchanged) for tally in tallies] == [
        (1, 0, 0),
        (0, 0, 1),
        (0, 1, 0),
    ]
    assert (count(Ward), queries.ward_name("E05016158")) == (1, "Bishop Auckland Town")
