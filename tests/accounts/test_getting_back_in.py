"""A forgotten password: a link to the address, good once and for two hours."""

import pytest
from itsdangerous import TimestampSigner

from marketplace.accounts import services
from marketplace.accounts.models import User
from marketplace.accounts.tokens import CONFIRM, RESET, BadToken, read_token, token_for
from marketplace.errors import Refused
from marketplace.extensions import db
from tests.accounts.letters import last_link, letters_to
from tests.factories import PASSWORD, PlaceFactory, UserFactory
from tests.scenes import events
from tests.visitor import Visitor

EMAIL, FRESH = "maureen@hall.example", "green garden gate"

pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture(autouse=True)
def maureen(app) -> User:
    PlaceFactory()
    user = UserFactory(email=EMAIL)
    db.session.commit()
    return user


def ask(visitor: Visitor, email: str = EMAIL) -> Visitor:
    return visitor.open("/forgotten-password").press("Send the link", email=email)


def test_a_new_password_works_and_the_old_one_no_more(visitor):
    ask(visitor).open(last_link(EMAIL)).press("Save the password", password=FRESH)

    assert visitor.path == "/sign-in"
    assert "Your new password is set" in visitor.text
    db.session.expire_all()
    assert services.check_password(EMAIL, FRESH)
    with pytest.raises(Refused):
        services.check_password(EMAIL, PASSWORD)
    assert events() == ["account.password_changed"]


def test_a_link_works_once(visitor):
    ask(visitor)
    link = last_link(EMAIL)
    visitor.open(link).press("Save the password", password=FRESH)
    visitor.open(link).press("Save the password", password="somebody else’s")

    assert visitor.path == "/forgotten-password"
    assert "used already" in visitor.text
    db.session.expire_all()
    assert services.check_password(EMAIL, FRESH)


def test_of_two_links_the_first_used_ends_the_other(visitor):
    ask(visitor)
    first = last_link(EMAIL)
    ask(visitor).open(last_link(EMAIL)).press("Save the password", password=FRESH)

    visitor.open(first).press("Save the password", password="somebody else’s")
    assert "used already" in visitor.text


def test_a_new_password_ends_the_sessions_that_the_old_one_began(app, visitor):
    thief = Visitor(app).open("/sign-in").press("Sign in", email=EMAIL, password=PASSWORD, remember="y")
    assert thief.path == "/desk"
    ask(visitor).open(last_link(EMAIL)).press("Save the password", password=FRESH)

    assert thief.open("/desk").path == "/sign-in?next=/desk"


def test_an_unknown_address_sees_the_same_page_and_gets_no_letter(app, visitor):
    known = ask(visitor).text
    unknown = ask(Visitor(app), "nobody@hall.example").text

    assert known == unknown
    assert letters_to("nobody@hall.example") == []


def test_an_address_that_was_never_confirmed_gets_that_letter_again(visitor):
    UserFactory(email="new@hall.example", confirmed_at=None)
    db.session.commit()
    ask(visitor, "new@hall.example")

    assert last_link("new@hall.example").startswith("/confirm/")


def test_a_password_too_short_is_asked_for_again_and_the_link_stays_good(visitor):
    ask(visitor).open(last_link(EMAIL)).press("Save the password", password="short", status=422)
    assert "at least 10 characters" in visitor.text

    visitor.press("Save the password", password=FRESH)
    assert visitor.path == "/sign-in"


@pytest.mark.parametrize(("minutes", "good"), [(119, True), (121, False)])
def test_a_link_lives_for_two_hours(visitor, monkeypatch, minutes, good):
    real = TimestampSigner.get_timestamp
    with monkeypatch.context() as past:
        past.setattr(TimestampSigner, "get_timestamp", lambda self: real(self) - minutes * 60)
        ask(visitor)
    visitor.open(last_link(EMAIL)).press("Save the password", password=FRESH)

    assert ("Your new password is set" in visitor.text) is good
    assert ("This link is too old" in visitor.text) is not good


def test_a_link_is_for_one_purpose(app, maureen):
    with pytest.raises(BadToken, match="not whole"):
        read_token(token_for(maureen, CONFIRM), RESET)
    assert read_token(token_for(maureen, RESET), RESET) is maureen


@pytest.mark.parametrize("token", ["", "x", "WzEsIngiXQ.aaaa.bbbb", "é", "a" * 5000])
def test_what_is_no_token_is_refused_in_words(app, token):
    with pytest.raises(BadToken, match="This link is not whole"):
        read_token(token, RESET)


def test_a_link_signed_with_another_key_is_refused(app, maureen, monkeypatch):
    with monkeypatch.context() as elsewhere:
        elsewhere.setitem(app.config, "SECRET_KEY", "the key of another installation")
        token = token_for(maureen, RESET)

    with pytest.raises(BadToken, match="not whole"):
        read_token(token, RESET)
