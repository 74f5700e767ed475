"""The signed links in letters: each for one purpose and one person, with nothing about them to read."""

from flask import current_app
from itsdangerous import BadSignature, SignatureExpired, URLSafeSerializer, URLSafeTimedSerializer

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.mail.models import Stream

STOP = "letters.stop"
PREFERENCES = "letters.preferences"
PREFERENCES_DAYS = 365


class BadToken(Exception):
    """The link is not one of ours, or too old. The message says what to do."""


def stop_token(user_id: int, stream: Stream) -> str:
    """Stops one stream of letters to one person. It never grows old: whoever finds it may use it."""
    return str(_stopping().dumps([user_id, stream.value]))


def read_stop(token: str) -> tuple[int, Stream]:
    """Whose letters are to stop, and which. Raises `BadToken`."""
    try:
        user_id, stream = _stopping().loads(token)
        return int(user_id), Stream(stream)
    except (BadSignature, ValueError, TypeError):
        raise BadToken("This link is not whole. Copy all of it from the letter.") from None


def preferences_token(user_id: int) -> str:
    """Opens one person’s page of letters, for a year."""
    return str(_opening().dumps(user_id))


def read_preferences(token: str) -> User:
    """Whose page it opens. Raises `BadToken`."""
    try:
        user_id = _opening().loads(token, max_age=PREFERENCES_DAYS * 86400)
    except SignatureExpired:
        raise BadToken("This link is more than a year old.") from None
    except BadSignature:
        raise BadToken("This link is not whole.") from None
    user = db.session.get(User, user_id)
    if user is None:
        raise BadToken("This link is of an account that is gone.")
    return user


def _stopping() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=STOP)


def _opening() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=PREFERENCES)
