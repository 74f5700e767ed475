"""Signing in and out: who gets in, where they arrive, and what is told to those who do not."""

from typing import Any

import pytest
from argon2 import PasswordHasher

from marketplace.accounts import services
from marketplace.errors import Refused
from marketplace.extensions import db
from tests.factories import NOON, PASSWORD, PlaceFactory, UserFactory

EMAIL = "maureen@hall.example"


@pytest.fixture(autouse=True)
def maureen(app):
    PlaceFactory()
    user = UserFactory(email=EMAIL, name="Maureen")
    db.session.commit()
    return user


def test_the_right_password_leads_to_the_desk(visitor):
    visitor.sign_in(EMAIL, PASSWORD)

    assert visitor.path == "/desk"
    visitor.page.find("button", string="Sign out")


def test_a_wrong_password_and_an_unknown_address_are_told_the_same(visitor):
    said = []
    for email in (EMAIL, "nobody@hall.example"):
        visitor.open("/sign-in").press("Sign in", email=email, password="wrong wrong", status=422)
        said.append(visitor.text)

    assert services.WRONG in said[0]
    assert said[0] == said[1]
    assert visitor.open("/desk").path == "/sign-in?next=/desk"


def test_a_stranger_is_looked_at_as_long_as_somebody_we_know(app, monkeypatch):
    looked_at: list[str] = []

    class Watched(PasswordHasher):
        def verify(self, *given: Any) -> bool:
            looked_at.append(given[0])
            return super().verify(*given)

    monkeypatch.setattr(services, "HASHER", Watched())
    for email in (EMAIL, "nobody@hall.example"):
        with pytest.raises(Refused):
            services.check_password(email, "wrong wrong")

    known, stranger = (parts.split("$")[1:4] for parts in looked_at)
    assert known == stranger, "the same work for both"


def test_joining_takes_as_long_for_an_address_we_know(app, monkeypatch):
    hashed: list[str] = []

    class Watched(PasswordHasher):
        def hash(self, password: str | bytes, **options: Any) -> str:
            hashed.append(str(password))
            return super().hash(password, **options)

    monkeypatch.setattr(services, "HASHER", Watched())
    with app.test_request_context():
        for email in (EMAIL, "nobody@hall.example"):
            services.sign_up(name="Any", email=email, password="blue kettle window", now=NOON)

    assert hashed == ["blue kettle window"] * 2


@pytest.mark.parametrize("answers", [{"email": ""}, {"password": ""}])
def test_an_empty_answer_is_asked_for(visitor, answers):
    given = {"email": EMAIL, "password": PASSWORD, **answers}
    visitor.open("/sign-in").press("Sign in", status=422, **given)

    assert "Enter your" in visitor.text


def test_an_old_hash_is_made_anew_on_the_way_in(app, visitor, maureen):
    maureen.password_hash = weak = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)
    db.session.commit()
    visitor.sign_in(EMAIL, PASSWORD)

    db.session.refresh(maureen)
    assert visitor.path == "/desk"
    assert maureen.password_hash != weak
    assert services.check_password(EMAIL, PASSWORD)


@pytest.mark.parametrize("ours", ["/letters", "/search?q=chairs&where=Crook"])
def test_whoever_was_on_the_way_to_a_page_of_ours_arrives_there(visitor, ours):
    visitor.open(f"/sign-in?next={ours.replace('&', '%26')}")
    visitor.press("Sign in", email=EMAIL, password=PASSWORD)

    assert visitor.path == ours


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/desk",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        "javascript:alert(1)",
        "evil.example",
    ],
)
def test_nobody_is_sent_elsewhere(visitor, elsewhere):
    visitor.open("/sign-in")
    token = visitor.page.find("input", {"name": "csrf_token"})["value"]
    answers = {"email": EMAIL, "password": PASSWORD, "next": elsewhere, "csrf_token": token}
    assert visitor.client.post("/sign-in", data=answers).location == "/desk"

    signed_in = visitor.client.get("/sign-in", query_string={"next": elsewhere})
    assert signed_in.location == "/desk"


def test_a_session_planted_before_is_of_no_use_after(visitor):
    visitor.open("/sign-in")
    with visitor.client.session_transaction() as session:
        session["planted"], session["acting_for"] = "by somebody else", 7
        token_before = session["csrf_token"]
    visitor.press("Sign in", email=EMAIL, password=PASSWORD)

    with visitor.client.session_transaction() as session:
        assert "planted" not in session
        assert "acting_for" not in session
        assert session.get("csrf_token") != token_before


def test_signing_out_takes_a_press_and_leaves_nothing(visitor):
    visitor.open("/sign-in").press("Sign in", email=EMAIL, password=PASSWORD, remember="y")
    assert visitor.client.get_cookie("remember_token") is not None

    visitor.press("Sign out")

    assert "You are signed out" in visitor.text
    assert visitor.client.get_cookie("remember_token") is None
    assert visitor.open("/desk").path == "/sign-in?next=/desk"


def test_only_those_who_ask_are_kept_signed_in(visitor):
    visitor.sign_in(EMAIL, PASSWORD)
    assert visitor.client.get_cookie("remember_token") is None
    visitor.press("Sign out").open("/sign-in").press("Sign in", email=EMAIL, password=PASSWORD, remember="y")

    visitor.client.delete_cookie("placeful")
    assert visitor.open("/desk").path == "/desk"


@pytest.mark.parametrize("cookie", ["1", "1.", "1.0000000000000000", "x.y", "", "99999.0"])
def test_a_session_that_names_nobody_we_know_is_signed_out(visitor, cookie):
    with visitor.client.session_transaction() as session:
        session["_user_id"] = cookie

    assert visitor.open("/desk").path == "/sign-in?next=/desk"
