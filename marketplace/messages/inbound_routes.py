"""Where SendGrid’s Inbound Parse hands over answers that came by e-mail.

“POST the raw, full MIME message” is the better of its two ways; without it the letter is put together
again from its parts. Any 2xx says that the letter is ours now; after a 5xx it comes again for three days.
https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/inbound-email
"""

import hmac
import json
from email import policy
from email.message import EmailMessage
from email.parser import HeaderParser
from typing import Any

from flask import Blueprint, abort, current_app, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.access import public
from marketplace.config import Settings
from marketplace.extensions import csrf, db, limiter
from marketplace.messages import receiving
from marketplace.messages.incoming import LARGEST

bp = Blueprint("inbound", __name__)

HEADERS_OF_PARTS = ("content-type", "content-transfer-encoding", "content-disposition", "mime-version")


@bp.url_value_preprocessor
def make_room(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A whole letter comes as one field; this runs before anything reads the form."""
    request.max_content_length = request.max_form_memory_size = LARGEST + 1024 * 1024


@bp.post("/mail/inbound/<secret>")
@csrf.exempt
@limiter.limit("600 per minute")
@public
def receive(secret: str) -> ResponseReturnValue:
    """Take one letter. Whoever does not know the secret finds nothing here."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.inbound_secret or not hmac.compare_digest(
        secret.encode(), settings.inbound_secret.encode()
    ):
        abort(404)
    raw = request.form.get("email", "").encode("utf-8", "surrogateescape") or _put_together()
    if not raw:
        abort(400)
    became = receiving.receive(raw, recipients=_envelope(), now=clock.now())
    db.session.commit()
    return became.value, 200, {"Content-Type": "text/plain; charset=utf-8"}


def _envelope() -> list[str]:
    """To whom the letter was really handed, whatever stands in its heading."""
    try:
        named = json.loads(request.form.get("envelope", "{}"))["to"]
    except (ValueError, LookupError, TypeError):
        return []
    return [str(each) for each in named] if isinstance(named, list) else [str(named)]


def _put_together() -> bytes:
    """The letter again, from the fields its parts came in; empty if it has no heading."""
    if not request.form.get("headers"):
        return b""
    letter = EmailMessage(policy=policy.compat32.clone(max_line_length=None))
    for name, value in HeaderParser(policy=policy.compat32).parsestr(request.form["headers"]).items():
        if name.lower() not in HEADERS_OF_PARTS:
            letter[name] = value
    whole = EmailMessage()
    whole.set_content(request.form.get("text", ""))
    if html := request.form.get("html"):
        whole.add_alternative(html, subtype="html")
    for upload in request.files.values():
        whole.add_attachment(
            upload.read(), maintype="application", subtype="octet-stream", filename=upload.filename or ""
        )
    heading = "".join(f"{name}: {value}\n" for name, value in letter.items())
    return heading.encode("utf-8", "surrogateescape") + whole.as_bytes()
