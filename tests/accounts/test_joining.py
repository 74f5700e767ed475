"""Joining: an address is proven by the link in a letter and a press."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from itsdangerous import TimestampSigner
from sqlalchemy import func, select

from marketplace.accounts import services
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from tests.accounts.letters import last_link, letters_to, token_in
from tests.factories import NOON, PlaceFactory, UserFactory
from tests.scenes import events
from tests.visitor import Visitor

EMAIL, PASSWORD = "maureen@hall.example", "blue kettle window"

pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture(autouse=True)
def place(app):
    PlaceFactory()
    db.session.commit()


def join(visitor: Visitor, email: str = EMAIL, password: str = PASSWORD, name: str = "Maureen") -> Visitor:
    return visitor.open("/sign-up").press("Join", name=name, email=email, password=password)


def person(email: str = EMAIL) -> User:
    db.session.rollback()
    return db.session.scalars(select(User).where(User.email == email)).one()


def test_joining_takes_a_form_a_letter_and_a_press(visitor):
    join(visitor)
    assert visitor.path == "/check-your-email"
    assert person().confirmed_at is None

    visitor.open(last_link(EMAIL))
    assert person().confirmed_at is None, "opening the link alone changes nothing: scanners open links too"

    visitor.press("Confirm my address")
    assert person().confirmed_at is not None
    assert visitor.path == "/desk"
    assert "Your address is confirmed" in visitor.text
    assert events() == ["account.created", "letters.chosen", "letters.chosen", "account.confirmed"]


def test_the_password_is_kept_as_a_hash_alone(visitor):
    join(visitor)

    assert person().password_hash.startswith("$argon2id$")
    assert PASSWORD not in "".join(letter.text + letter.html for letter in letters_to(EMAIL))


def test_before_the_address_is_proven_nobody_signs_in(visitor):
    join(visitor)
    visitor.open("/sign-in").press("Sign in", email=EMAIL, password=PASSWORD, status=422)

    assert "Confirm your e-mail address first" in visitor.text
    assert visitor.open("/desk").path == "/sign-in?next=/desk"


def test_whoever_was_on_the_way_somewhere_arrives_there(visitor):
    visitor.open("/letters").click("Join the board")
    visitor.press("Join", name="Maureen", email=EMAIL, password=PASSWORD)
    visitor.open(last_link(EMAIL)).press("Confirm my address")

    assert visitor.path == "/letters"


def test_an_address_we_know_gets_another_letter_and_the_same_page(app, visitor):
    join(visitor)
    to_a_stranger = visitor.text
    UserFactory(email="known@hall.example")
    db.session.commit()

    another = Visitor(app)
    join(another, email="Known@Hall.example")

    assert another.text == to_a_stranger
    (letter,) = letters_to("known@hall.example")
    assert "already" in letter.subject.lower()
    assert "/confirm/" not in letter.text
    assert services.check_password("known@hall.example", "three old chairs"), "their password is untouched"


def test_an_address_is_one_person_however_it_is_written(visitor):
    join(visitor, email="  Maureen@Hall.Example ")

    assert person().email == EMAIL
    visitor.open(last_link(EMAIL)).press("Confirm my address")
    visitor.press("Sign out").sign_in("MAUREEN@hall.example", PASSWORD)
    assert visitor.path == "/desk"


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"name": ""}, "Enter your name"),
        ({"email": ""}, "Enter your e-mail address"),
        ({"email": "maureen@"}, "Enter an e-mail address like name@example.org"),
        ({"email": "maureen hall@x.example"}, "Enter an e-mail address like name@example.org"),
        ({"password": ""}, "Choose a password"),
        ({"password": "ninechars"}, "Choose a password of at least 10 characters"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(visitor, answers, sentence):
    typed = {"name": "Maureen Hall", "email": EMAIL, "password": PASSWORD, **answers}
    visitor.open("/sign-up").press("Join", status=422, **typed)

    fields = {field["name"]: field.get("value", "") for field in visitor.page.find_all("input")}
    assert sentence in visitor.text
    assert {name: fields[name] for name in typed} == {**typed, "password": ""}
    assert db.session.scalar(select(func.count()).select_from(User)) == 0
    assert letters_to(EMAIL) == []


def test_a_character_nobody_can_type_is_refused(visitor):
    visitor.open("/sign-up").press("Join", status=400, name="Mau\0reen", email=EMAIL, password=PASSWORD)

    assert db.session.scalar(select(func.count()).select_from(User)) == 0


def test_joining_twice_before_confirming_leaves_one_person_with_the_last_password(app, visitor):
    join(visitor)
    first = last_link(EMAIL)
    join(visitor, password="another good one", name="Maureen Hall")
    second = last_link(EMAIL)

    visitor.open(first).press("Confirm my address")
    assert "used already" in visitor.text
    assert person().confirmed_at is None
    visitor.open(second).press("Confirm my address")
    assert (person().name, visitor.path) == ("Maureen Hall", "/desk")
    assert services.check_password(EMAIL, "another good one")


def test_somebody_elses_password_is_not_confirmed_by_a_letter_on_its_way(app):
    with app.test_request_context():
        services.sign_up(name="Maureen", email=EMAIL, password=PASSWORD, now=NOON)
        db.session.commit()
        hers = token_in(last_link(EMAIL))
        services.sign_up(name="Mallory", email=EMAIL, password="mallory's own word", now=NOON)
        db.session.commit()

        with pytest.raises(Refused, match="used already"):
            services.confirm(hers, now=NOON)


def test_the_same_form_sent_twice_at_once_makes_one_person(app):
    together = Barrier(4)

    def send(_: int) -> None:
        with app.app_context(), app.test_request_context():
            together.wait(10)
            services.sign_up(name="Maureen", email=EMAIL, password=PASSWORD, now=NOON)
            db.session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(4)))

    assert person().name == "Maureen"
    assert letters_to(EMAIL)


def test_following_the_link_again_is_no_harm(visitor):
    join(visitor)
    link = last_link(EMAIL)
    visitor.open(link).press("Confirm my address").press("Sign out")
    confirmed = person().confirmed_at
    visitor.open(link).press("Confirm my address")

    assert visitor.path == "/desk"
    assert person().confirmed_at == confirmed
    assert events().count("account.confirmed") == 1


def test_an_altered_link_confirms_nobody_and_says_how_to_go_on(visitor):
    join(visitor)
    path, signature = last_link(EMAIL).rsplit(".", 1)
    altered = f"{path}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    visitor.open(altered).press("Confirm my address")

    assert visitor.path == "/forgotten-password"
    assert "This link is not whole" in visitor.text
    assert person().confirmed_at is None


@pytest.mark.parametrize(("hours", "good"), [(71, True), (73, False)])
def test_a_link_to_confirm_lives_for_three_days(app, visitor, monkeypatch, hours, good):
    real = TimestampSigner.get_timestamp
    with monkeypatch.context() as past:
        past.setattr(TimestampSigner, "get_timestamp", lambda self: real(self) - hours * 3600)
        join(visitor)
    visitor.open(last_link(EMAIL)).press("Confirm my address")

    assert (person().confirmed_at is not None) is good
    assert good or "This link is too old" in visitor.text
