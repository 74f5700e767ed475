"""Rows of many keys in one statement, on either database."""

import pytest
from sqlalchemy import bindparam, select

from marketplace.extensions import db
from marketplace.fetching import Rows
from marketplace.listings.models import Listing
from marketplace.organisations.models import Organisation
from tests.factories import NeedFactory, OrganisationFactory
from tests.scenes import counted_queries

_LISTING, _ORGANISATION = Listing.__table__.c, Organisation.__table__.c
LISTINGS = Rows(select(_LISTING.id).order_by(_LISTING.id), _LISTING.id)
NAMED = Rows(select(_ORGANISATION.id), _ORGANISATION.name)
CALLED = Rows(select(_LISTING.id).where(_LISTING.title == bindparam("called")), _LISTING.id)


@pytest.fixture
def needs(app) -> list[int]:
    """Three needs by their ids."""
    made = [NeedFactory(title=title).id for title in ("Chairs", "Vans", "Chairs")]
    db.session.commit()
    return made


def ids(rows) -> list[int]:
    return [row.id for row in rows]


def test_only_the_rows_of_these_keys_are_found_and_each_once(needs):
    assert ids(LISTINGS.of([needs[2], needs[0], needs[0], 999])) == [needs[0], needs[2]]
    assert ids(LISTINGS.of(set(needs[1:]))) == needs[1:]


def test_all_are_found_where_none_are_named_and_nothing_where_none_are_wanted(needs):
    assert ids(LISTINGS.of(None)) == needs
    with counted_queries() as seen:
        assert ids(LISTINGS.of([])) == []
    assert not seen


@pytest.mark.parametrize(
    "name", ["The Larder", "O’Neill & “Sons”", 'back\\slash, "quoted"', "1", "null", "Łódź"]
)
def test_keys_may_be_any_words(app, name):
    wanted, _ = OrganisationFactory(name=name), OrganisationFactory(name="Another")
    db.session.commit()

    assert ids(NAMED.of([name])) == [wanted.id]


def test_a_query_takes_parameters_besides(needs):
    assert sorted(ids(CALLED.of(needs, called="Chairs"))) == [needs[0], needs[2]]
    assert ids(CALLED.of(None, called="Vans")) == [needs[1]]


def test_thousands_take_one_statement(needs):
    with counted_queries() as seen:
        found = LISTINGS.of(range(1, 100_000))

    assert ids(found) == needs
    assert len(seen) == 1
