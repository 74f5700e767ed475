"""Searches that people keep."""

import pytest

from marketplace.discovery import services
from marketplace.discovery.models import SavedSearch
from marketplace.errors import Refused
from marketplace.extensions import db
from tests.factories import NOON, OrganisationFactory, PlaceFactory, UserFactory
from tests.scenes import events


def kept() -> list[tuple[str, str]]:
    rows = db.session.scalars(db.select(SavedSearch).order_by(SavedSearch.id))
    return [(row.address, row.name) for row in rows]


def test_a_search_is_kept_for_the_person_and_forgotten_when_they_say(app):
    person, hall = UserFactory(), OrganisationFactory()
    saved = services.save(person, hall.place, "q=chairs", " Chairs  near us ", organisation=hall, now=NOON)
    db.session.commit()

    assert kept() == [("q=chairs", "Chairs near us")]
    assert (saved.created_at, saved.last_seen_at, saved.muted) == (NOON, None, False)
    assert (saved.user, saved.organisation, saved.place) == (person, hall, hall.place)
    services.forget(saved, actor=person)
    assert kept() == []
    assert events() == ["saved_search.saved", "saved_search.forgotten"]


def test_the_same_search_again_takes_the_new_name_and_another_persons_is_theirs(app):
    person, place = UserFactory(), PlaceFactory()
    for name in ("Chairs", "Seats"):
        services.save(person, place, "q=chairs", name, now=NOON)
    services.save(UserFactory(), place, "q=chairs", "Mine", now=NOON)

    assert kept() == [("q=chairs", "Seats"), ("q=chairs", "Mine")]
    assert events() == ["saved_search.saved"] * 2


def test_two_presses_of_the_button_at_once_keep_one(app, monkeypatch):
    person, place = UserFactory(), PlaceFactory()
    services.save(person, place, "q=chairs", "Chairs", now=NOON)
    look, looked = services._saved, []
    monkeypatch.setattr(services, "_saved", lambda *asked: look(*asked) if looked else looked.append(asked))
    services.save(person, place, "q=chairs", "Seats", now=NOON)

    assert kept() == [("q=chairs", "Seats")]


@pytest.mark.parametrize(
    ("address", "name", "words"), [("q=a", " ", "a name"), ("q=" + "a" * 2000, "Long", "too long")]
)
def test_what_cannot_be_kept_is_refused_with_a_reason(app, address, name, words):
    with pytest.raises(Refused, match=words):
        services.save(UserFactory(), PlaceFactory(), address, name, now=NOON)
