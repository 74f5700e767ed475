"""Where SendGrid’s signed event webhook tells what became of letters.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
"""

import json
import logging
from typing import Any

from flask import Blueprint, abort, current_app, request
from flask.typing import ResponseReturnValue
from sendgrid.helpers.eventwebhook import EventWebhook

from marketplace import clock
from marketplace.access import public
from marketplace.config import Settings
from marketplace.extensions import csrf, db
from marketplace.mail import events

LARGEST = 10 * 1024 * 1024  # bytes; a batch is usually less than one
WINDOW = 300  # seconds either way between their clock and ours
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"

bp = Blueprint("mail", __name__)
log = logging.getLogger(__name__)


@bp.url_value_preprocessor
def make_room(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Batches are larger than what people send; this runs before anything reads them."""
    request.max_content_length = LARGEST


@bp.post("/hooks/sendgrid/events")
@csrf.exempt
@public
def events_of_sendgrid() -> ResponseReturnValue:
    """Take a batch of events that SendGrid signed. Where no key is set, there is nothing here."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.sendgrid_webhook_key:
        abort(404)
    now = clock.now()
    body = request.get_data(cache=False)
    stamp = request.headers.get(TIMESTAMP, "")
    signature = request.headers.get(SIGNATURE, "")
    if not _is_signed(body, stamp, signature, key=settings.sendgrid_webhook_key, now=now.timestamp()):
        return "", 403
    try:
        elements = json.loads(body)
    except ValueError:
        return "", 400
    if not isinstance(elements, list):
        return "", 400
    counts = events.take(elements, settings=settings, now=now)
    db.session.commit()
    log.info("events taken", extra={"events": dict(counts)})
    return "", 204


def _is_signed(body: bytes, stamp: str, signature: str, *, key: str, now: float) -> bool:
    """Whether SendGrid signed the instant and this body, just now."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12) or abs(now - int(stamp)) > WINDOW:
        return False
    try:
        return bool(EventWebhook(key).verify_signature(body.decode(), signature, stamp))
    except ValueError:  # not UTF-8, or a signature that is not base64
        return False
