"""Pages for what went wrong: ours, whole, and with a way on."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from flask import Flask

from marketplace.accounts.models import User
from marketplace.extensions import db
from tests.apps import another_app
from tests.factories import MembershipFactory, NeedFactory, PlaceFactory
from tests.invariants import check_page

NOWHERE = {  # databases that cannot be reached, each in its own way
    "sqlite": "sqlite:////nowhere/at/all/board.db",
    "postgresql": "postgresql://nobody@127.0.0.1:1/board?connect_timeout=2",
}


@pytest.fixture(params=NOWHERE)
def unplugged(request: pytest.FixtureRequest, tmp_path) -> Iterator[Flask]:
    """An application whose database is away."""
    with another_app(tmp_path, {"database_url": NOWHERE[request.param]}) as app:
        yield app


def boom(**values: object) -> None:
    raise ZeroDivisionError("maureen@hall.example divided by nobody")


def test_an_unknown_address_is_a_page_with_a_way_on(visitor):
    visitor.open("/no/such/page", status=404)

    assert visitor.heading == "We cannot find that page"
    visitor.click("look on the board", status=503)  # nothing is set up here yet


def test_an_address_that_only_answers_a_button_says_so(visitor):
    visitor.open("/sign-out", status=405)

    assert visitor.heading == "That address does not work like this"
    assert "POST" in visitor.response.headers["Allow"]


def test_a_form_without_its_token_changes_nothing_and_says_how_to_go_on(visitor):
    answer = visitor.client.post("/sign-up", data={"email": "me@hall.example"})

    assert answer.status_code == 400
    check_page(answer.text, where="/sign-up")
    assert "That page had been open too long" in answer.text
    assert db.session.scalars(db.select(User)).all() == []


def test_what_belongs_to_others_is_a_403_with_a_page(visitor):
    need, member = NeedFactory(), MembershipFactory()
    db.session.commit()
    with visitor.client.session_transaction() as session:
        session["_user_id"] = member.user.get_id()

    visitor.open(f"/needs/{need.id}/edit", status=403)

    assert visitor.heading == "You cannot open this page"


@pytest.mark.parametrize("form", ["multipart/form-data; boundary=edge", "application/x-www-form-urlencoded"])
def test_more_than_a_form_can_hold_is_a_413_with_a_page(visitor, form):
    begins = b'--edge\r\nContent-Disposition: form-data; name="name"\r\n\r\n' if "edge" in form else b"name="
    with BytesIO(begins + b"x" * 3_000_000) as stream:
        answer = visitor.client.post("/sign-up", input_stream=stream, content_type=form)

    assert answer.status_code == 413
    check_page(answer.text, where="/sign-up")
    assert "too big" in answer.text


def test_a_bug_is_a_500_with_a_page_that_tells_nothing_of_the_inside(app, visitor, monkeypatch):
    PlaceFactory()
    db.session.commit()
    monkeypatch.setitem(app.view_functions, "home.privacy", boom)

    visitor.open("/privacy", status=500)

    assert visitor.heading == "Something broke at our end"
    for secret in ("ZeroDivision", "Traceback", "maureen"):
        assert secret not in visitor.response.text


def test_a_bug_half_way_leaves_nothing_behind(app, visitor, monkeypatch):
    def half_way(**values: object) -> None:
        PlaceFactory(slug="half-done")
        db.session.flush()
        boom()

    monkeypatch.setitem(app.view_functions, "home.privacy", half_way)
    visitor.open("/privacy", status=500)

    db.session.rollback()
    assert db.session.scalars(db.select(PlaceFactory._meta.model)).all() == []


def test_before_anything_is_set_up_the_front_page_says_what_to_do(visitor):
    visitor.open("/", status=503)

    assert "marketplace places add" in visitor.response.text or "demo load" in visitor.response.text


@pytest.mark.parametrize(("path", "status"), [("/", 500), ("/needs/1", 500), ("/no/such/page", 404)])
def test_without_its_database_it_still_answers_with_pages_of_its_own(unplugged, path, status):
    answer = unplugged.test_client().get(path)

    assert answer.status_code == status
    check_page(answer.text, where=path)
    assert answer.headers["Content-Security-Policy"]
