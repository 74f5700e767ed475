"""Verbs about people: sign up, confirm, sign in, get back in."""

from collections.abc import Callable
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import url_for
from sqlalchemy.exc import IntegrityError

from marketplace import audit, mail
from marketplace.accounts import queries
from marketplace.accounts.models import User
from marketplace.accounts.tokens import CONFIRM, RESET, BadToken, read_token, token_for
from marketplace.errors import Refused
from marketplace.extensions import db

HASHER = PasswordHasher()
_NOBODY = HASHER.hash("nobody has this password")

# What else is to happen when somebody joins; those who stand above add theirs.
JOINED: list[Callable[[User, bool, datetime], None]] = []

WRONG = "The e-mail address or password is wrong. Try again, or choose a new password."


def joined(function: Callable[[User, bool, datetime], None]) -> Callable[[User, bool, datetime], None]:
    """Register what is told of each form to join: who, whether they want no letters of matches, and when."""
    if function not in JOINED:
        JOINED.append(function)
    return function


def sign_up(*, name: str, email: str, password: str, no_letters: bool = False, now: datetime) -> None:
    """Make an unconfirmed account and write to it; an address we know gets a different letter.

    The page says the same either way, so nobody learns who has an account.
    """
    password_hash = HASHER.hash(password)  # first of all: an answer takes as long for an address we know
    known = queries.by_email(email)
    if known and known.confirmed_at:
        mail.queue(
            "already_registered", to_user=known, stream="account", now=now, person_name=known.name,
            url=url_for("accounts.sign_in"),
        )  # fmt: skip
        return
    user = known or User(email=email.lower(), created_at=now)
    user.name, user.password_hash = name, password_hash
    if known is None:
        db.session.add(user)
        try:
            db.session.flush()
        except IntegrityError:  # the same form sent twice at once: the first one wrote the letter
            db.session.rollback()
            return
        audit.record("account.created", user, actor=user)
    for tell in JOINED:
        tell(user, no_letters, now)
    send_confirmation(user, now=now)


def send_confirmation(user: User, *, now: datetime) -> None:
    """Write the letter with the link that proves the address."""
    url = url_for("accounts.confirm", token=token_for(user, CONFIRM))
    mail.queue("confirm_email", to_user=user, stream="account", now=now, person_name=user.name, url=url)


def confirm(token: str, *, now: datetime) -> User:
    """Mark the address proven; following the link twice is fine."""
    user = _user_of(token, CONFIRM)
    if user.confirmed_at is None:
        user.confirmed_at = now
        audit.record("account.confirmed", user, actor=user)
    return user


def check_password(email: str, password: str) -> User:
    """The confirmed person with this address and password; takes as long for a stranger."""
    user = queries.by_email(email)
    try:
        HASHER.verify(user.password_hash if user else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        raise Refused(WRONG) from None
    if user is None:
        raise Refused(WRONG)
    if user.confirmed_at is None:
        raise Refused("Confirm your e-mail address first: follow the link in the message we sent you.")
    if HASHER.check_needs_rehash(user.password_hash):
        user.password_hash = HASHER.hash(password)
    return user


def ask_reset(email: str, *, now: datetime) -> None:
    """Write a reset link to the address, if it has an account; says nothing either way."""
    user = queries.by_email(email)
    if user is None:
        return
    if user.confirmed_at is None:
        send_confirmation(user, now=now)
        return
    url = url_for("accounts.reset", token=token_for(user, RESET))
    mail.queue("reset_password", to_user=user, stream="account", now=now, person_name=user.name, url=url)


def reset_password(token: str, password: str) -> User:
    """Set a new password; the link works once, because it is bound to the old one."""
    user = _user_of(token, RESET)
    user.password_hash = HASHER.hash(password)
    audit.record("account.password_changed", user, actor=user)
    return user


def _user_of(token: str, purpose: str) -> User:
    try:
        return read_token(token, purpose)
    except BadToken as problem:
        raise Refused(str(problem)) from None
