"""The gallery of letters: each as text and as HTML, light and dark, narrow and wide."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from marketplace.access import requires
from marketplace.subscriptions import gallery
from marketplace.subscriptions.gallery import Example

bp = Blueprint("letters_gallery", __name__, url_prefix="/letters/gallery")

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


@bp.get("")
@requires("letter.see_all")
def index() -> ResponseReturnValue:
    return render_template(
        "subscriptions/gallery.html", letters=gallery.by_stream(), known=gallery.examples()
    )


@bp.get("/<letter>")
@requires("letter.see_all")
def show(letter: str) -> ResponseReturnValue:
    return render_template("subscriptions/gallery_letter.html", letter=_example(letter))


@bp.get("/<letter>/html")
@requires("letter.see_all")
def html(letter: str) -> ResponseReturnValue:
    """The HTML alone, for a frame: nothing in it runs, and its links lead nowhere."""
    page = _example(letter).as_seen(dark=request.args.get("look") == "dark")
    return page, {"Content-Security-Policy": POLICY}


def _example(name: str) -> Example:
    try:
        return gallery.example(name)
    except LookupError:
        abort(404)
