"""What happens to searches that people keep, beneath the pages."""

import pytest

from marketplace.accounts.models import User
from marketplace.discovery import services
from marketplace.discovery.models import SavedSearch
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.places.models import Place
from tests.factories import NOON, PlaceFactory, UserFactory
from tests.racing import at_once
from tests.scenes import events


def kept() -> list[tuple[str, str]]:
    rows = db.session.scalars(db.select(SavedSearch).order_by(SavedSearch.id))
    return [(row.address, row.name) for row in rows]


def test_two_presses_of_the_button_at_once_keep_one(app):
    person_id, place_id = UserFactory().id, PlaceFactory().id
    db.session.commit()

    def press() -> None:
        person, place = db.session.get_one(User, person_id), db.session.get_one(Place, place_id)
        services.save(person, place, "q=chairs", "Chairs", now=NOON)

    assert at_once(app, [press] * 8) == ["done"] * 8
    assert kept() == [("q=chairs", "Chairs")]
    assert events() == ["saved_search.saved"]


def test_another_persons_same_search_is_theirs(app):
    for person in (UserFactory(), UserFactory()):
        services.save(person, PlaceFactory(), "q=chairs", person.name, now=NOON)

    assert len(kept()) == 2


@pytest.mark.parametrize(
    ("address", "name", "words"), [("q=a", " ", "a name"), ("q=" + "a" * 2000, "Long", "too long")]
)
def test_what_cannot_be_kept_is_refused_with_a_reason(app, address, name, words):
    with pytest.raises(Refused, match=words):
        services.save(UserFactory(), PlaceFactory(), address, name, now=NOON)
