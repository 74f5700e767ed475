"""The demo's own page: the mail it wrote, to the people who may sign in to it."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from werkzeug.local import LocalProxy

from marketplace.access import current_person, requires
from marketplace.demo import queries
from marketplace.demo.people import PASSWORD, DemoPerson, demo_people
from marketplace.mail import words_of
from marketplace.mail.models import MailMessage
from marketplace.places import queries as places

bp = Blueprint("demo", __name__, url_prefix="/demo")


@bp.get("/mail")
@requires("demo.mail")
def mail() -> ResponseReturnValue:
    _only_in_the_demo()
    return render_template("demo/mail.html", messages=queries.mail_of(current_person().user))


@bp.get("/mail/<int:mailmessage_id>")
@requires("mail.read", MailMessage)
def message(mailmessage: MailMessage) -> ResponseReturnValue:
    _only_in_the_demo()
    return render_template("demo/message.html", message=mailmessage, text=words_of(mailmessage)[0])


@bp.get("/mail/<int:mailmessage_id>/html")
@requires("mail.read", MailMessage)
def message_html(mailmessage: MailMessage) -> ResponseReturnValue:
    """The HTML part alone, for the frame on its page: nothing in it runs, and its links leave the frame."""
    _only_in_the_demo()
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
        "sandbox allow-top-navigation-by-user-activation allow-popups"
    )
    framed = words_of(mailmessage)[1].replace("<head>", '<head><base target="_top">', 1)
    return framed, {"Content-Security-Policy": policy}


@bp.app_context_processor
def sign_ins() -> dict[str, Any]:
    """Who may be signed in as, for the sign-in page of the demo; looked up only where a page asks."""
    return {"demo_people": LocalProxy(_people_to_sign_in_as), "demo_password": PASSWORD}


def _people_to_sign_in_as() -> Sequence[DemoPerson]:
    return demo_people() if _is_demo() else ()


def _only_in_the_demo() -> None:
    if not _is_demo():
        abort(404)


def _is_demo() -> bool:
    place = places.current()
    return place is not None and place.is_demo
