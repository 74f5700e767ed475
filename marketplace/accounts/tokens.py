"""Signed, single-purpose, expiring tokens for links in letters."""

from hashlib import sha256

from flask import current_app
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from marketplace.accounts.models import User
from marketplace.extensions import db

CONFIRM = "account.confirm"
RESET = "account.reset"
HOURS = {CONFIRM: 72, RESET: 2}


class BadToken(Exception):
    """The link cannot be used; the message says what to do."""


def token_for(user: User, purpose: str) -> str:
    """A token for this person and purpose that dies with time, or when their password changes.

    So a confirmation confirms the password it was written for: whoever signs up again with somebody
    else's address cannot have theirs confirmed by the letter that is already on its way.
    """
    return _signer(purpose).dumps([user.id, _state(user)])


def read_token(token: str, purpose: str) -> User:
    """The person the token was made for. Raises `BadToken`."""
    try:
        user_id, state = _signer(purpose).loads(token, max_age=HOURS[purpose] * 3600)
    except SignatureExpired:
        raise BadToken("This link is too old. Ask for a new one.") from None
    except BadSignature:
        raise BadToken(
            "This link is not whole. Copy all of it from the message, or ask for a new one."
        ) from None
    user = db.session.get(User, user_id)
    if user is None or state != _state(user):
        raise BadToken("This link has been used already. Ask for a new one.")
    return user


def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=purpose)


def _state(user: User) -> str:
    """What must not have changed since: the address and the password."""
    return sha256(f"{user.email} {user.password_hash}".encode()).hexdigest()[:16]
