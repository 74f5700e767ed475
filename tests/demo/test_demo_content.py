"""What the demo's writers wrote, and what is said to them when it cannot be used."""

from collections import Counter
from pathlib import Path

import pytest

from marketplace.demo import reading
from marketplace.demo.people import PASSWORD, demo_people, people_of
from marketplace.demo.reading import UnusableContent, read_organisations
from marketplace.organisations.models import OrganisationKind

HALL = """
[[organisation]]
key = "a-hall"
name = "A Hall"
kind = "voluntary"
legal_form = "Registered charity"
town = "Crook"
postcode = "DL15 9AA"
staff = 0.5
turnover = 9000
about = "We keep a hall."
founded = 1920
joined_days_ago = 100

[[organisation.need]]
key = "chairs"
title = "Twelve chairs"
summary = "Ours have gone."
body = "Any colour."
categories = ["furniture-goods/furniture"]
published_days_ago = 20
needed_in_days = 30
items = [{ kind = "goods", quantity = 12, what = "chairs" }]

[[organisation.need.pledge]]
from = "a-firm"
item = 0
quantity = 8
days_ago = 10
state = "accepted"
words = "Eight."
"""
FIRM = """
[[organisation]]
key = "a-firm"
name = "A Firm"
kind = "business"
legal_form = "Sole trader"
town = "Crook"
postcode = "DL15 9AA"
staff = 1
turnover = 50000
about = "We mend things."
founded = 2001
joined_days_ago = 50
"""


@pytest.fixture
def read(tmp_path: Path):
    def _read(text: str):
        path = tmp_path / "some.toml"
        path.write_text(text, encoding="utf-8")
        return read_organisations([path])

    return _read


def test_the_demo_is_as_large_as_was_promised():
    organisations = reading.organisations()
    families = Counter(listing.family for each in organisations for listing in each.listings)

    assert abs(len(organisations) - 120) <= 10
    assert set(OrganisationKind) == {each.kind for each in organisations}
    assert families == {"opportunity": 60, "need": 80, "capability": 100, "offer": 60}


def test_a_file_without_mistakes_is_read_whole(read):
    hall, firm = read(HALL + FIRM)

    assert hall.needs[0].items[0].quantity == 12
    assert hall.needs[0].pledges[0].sender == firm.key
    assert list(firm.listings) == []


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("founded = 1920", "founded = 1920\ncolour = 'red'", "some.toml, a-hall: nobody reads “colour”"),
        ('name = "A Hall"', "", "a-hall: “name” is missing"),
        ('name = "A Hall"', 'name = ""', "“name” is empty"),
        ('kind = "voluntary"', 'kind = "club"', "“kind” must be one of business, voluntary"),
        ("founded = 1920", 'founded = "long ago"', "“founded” must be int"),
        ("Twelve chairs", "Twelve " + "very " * 30 + "nice chairs", "“title” is longer than 90"),
        ("furniture-goods/furniture", "furniture-goods", "is no category of the second level"),
        ('"DL15 9AA"\nstaff = 0.5', '"DL15"\nstaff = 0.5', "“DL15” is not a postcode"),
        ('from = "a-firm"', 'from = "nobody"', "there is no organisation “nobody” to answer it"),
        ('from = "a-firm"', 'from = "a-hall"', "they answered themselves"),
        ("quantity = 8", "quantity = 13", "“a-firm” pledged more than was still needed"),
        ("item = 0", "item = 1", "it has no item 1"),
        ('state = "accepted"', 'state = "declined"', "needs a reason when it is declined"),
        ("days_ago = 10", "days_ago = 25", "is not between its first day and its last"),
        ("needed_in_days = 30", "needed_in_days = -3", "it is closed when its last day is past"),
        ("published_days_ago = 20", "published_days_ago = 101", "published before they joined"),
        ("founded = 1920", 'founded = 1920\ncredentials = ["knighthood"]', "no credential “knighthood”"),
        ("needed_in_days = 30", 'needed_in_days = 30\nmust_have = ["luck"]', "no credential “luck”"),
        ("founded = 1920", "founded = 1920\nstaff_local = 120", "a-hall: 120 is no percentage"),
        ("founded = 1920", "founded = 1920\ncapacity = { days_ago = 101 }", "take on before they joined"),
        ("founded = 1920", "founded = 1920\ncapacity = { room = 3 }", "nobody reads “room”"),
        ('key = "chairs"', 'key = "Chairs!"', "a key is small letters"),
        ("quantity = 8", 'quantity = 8\nrhythm = "weekly"\ntimes = 3', "is no whole number each time"),
        (
            "quantity = 8",
            'quantity = 8\nstep = [{ does = "frown", days_ago = 9 }]',
            "must be one of approve",
        ),
        ("quantity = 8", 'quantity = 8\nstep = [{ does = "accept", days_ago = 11 }]', "is not in order"),
        (
            "quantity = 8",
            'quantity = 8\nstep = [{ does = "deliver", days_ago = 9, picture = "cat" }]',
            "no picture “cat”",
        ),
        (
            'Eight."',
            'Eight."\n[[organisation.need.talk]]\nwith = "nobody"\n'
            'message = [{ ours = true, days_ago = 3, words = "Hello." }]',
            "no organisation “nobody”",
        ),
    ],
)
def test_a_mistake_is_named_with_where_it_is(read, was, becomes, message):
    assert was in HALL

    with pytest.raises(UnusableContent) as caught:
        read(HALL.replace(was, becomes) + FIRM)

    assert message in str(caught.value)


def test_every_mistake_is_named_at_once(read):
    with pytest.raises(UnusableContent) as caught:
        read(HALL.replace("founded = 1920", "") + FIRM.replace('kind = "business"', 'kind = "shop"'))

    assert len(caught.value.mistakes) == 2


def test_an_organisation_there_twice_is_refused(read):
    with pytest.raises(UnusableContent, match="the organisation “a-firm” is there twice"):
        read(HALL + FIRM + FIRM)


def test_a_bundle_towards_a_need_that_is_not_there_is_refused(read):
    share = '{ need = "tables", item = 0, quantity = 2, state = "offered" }'
    bundle = f'[[organisation.bundle]]\nname = "All"\ndays_ago = 3\nwords = "Here."\nshare = [{share}]\n'

    with pytest.raises(UnusableContent, match="a-firm: there is no need “tables”"):
        read(HALL + FIRM + bundle)


def test_a_file_that_is_not_toml_is_named(read):
    with pytest.raises(UnusableContent, match=r"some\.toml"):
        read("[[organisation")


def test_the_people_who_can_sign_in_are_of_the_kinds_that_were_promised():
    kinds = {each.key: each.kind for each in reading.organisations()}
    people = demo_people()

    assert [kinds[each.organisation_key] for each in people if each.organisation_key] == [
        OrganisationKind.VOLUNTARY,
        OrganisationKind.BUSINESS,
        OrganisationKind.BUSINESS,
        OrganisationKind.BUSINESS,
        OrganisationKind.PUBLIC,
    ]
    assert [each.name for each in people if each.is_convener] == [people[-1].name]
    assert all(each.role and each.name and each.what_to_try for each in people)
    assert len(PASSWORD) >= 12


def test_every_organisation_has_an_owner_at_an_address_of_its_own():
    addresses = [people_of(each)[0].email for each in reading.organisations()]

    assert len(set(addresses)) == len(addresses)
    assert all(address.endswith(".example") for address in addresses)
