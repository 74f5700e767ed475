"""Views that take files: more may be sent to them than to others, and not too often."""

from collections.abc import Callable
from typing import Any

from flask import request
from flask_limiter.util import get_remote_address
from flask_login import current_user

from marketplace.extensions import limiter
from marketplace.files.checks import LARGEST

View = Callable[..., Any]
OFTEN = "20 per minute; 200 per hour"  # forms with files, from one person, on all pages together


def takes_files(at_most: int = 1) -> Callable[[View], View]:
    """Mark a view whose form has room for `at_most` files; stands between the route and `requires`.

    Two files more are let in than are allowed: then the form comes back with what was typed and a
    sentence beside the field, where a request that is cut off would lose everything.
    """

    def mark(view: View) -> View:
        limited: View = limiter.shared_limit(
            OFTEN, scope="uploads", key_func=_sender, methods=["POST"], exempt_when=lambda: not request.files
        )(view)
        limited.most_bytes = (at_most + 2) * LARGEST  # type: ignore[attr-defined]  # the mark `make_room` looks for
        return limited

    return mark


def _sender() -> str:
    return f"user:{current_user.id}" if current_user.is_authenticated else get_remote_address()
