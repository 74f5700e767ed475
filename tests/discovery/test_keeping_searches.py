"""What happens to searches that people keep, beneath the pages."""

import pytest

from marketplace.discovery import services
from marketplace.discovery.models import SavedSearch
from marketplace.errors import Refused
from marketplace.extensions import db
from tests.factories import NOON, PlaceFactory, UserFactory


def kept() -> list[tuple[str, str]]:
    rows = db.session.scalars(db.select(SavedSearch).order_by(SavedSearch.id))
    return [(row.address, row.name) for row in rows]


def test_two_presses_of_the_button_at_once_keep_one(app, monkeypatch):
    person, place = UserFactory(), PlaceFactory()
    services.save(person, place, "q=chairs", "Chairs", now=NOON)
    look, looked = services._saved, []
    monkeypatch.setattr(services, "_saved", lambda *asked: look(*asked) if looked else looked.append(asked))
    services.save(person, place, "q=chairs", "Seats", now=NOON)

    assert kept() == [("q=chairs", "Seats")]


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
