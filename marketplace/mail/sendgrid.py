"""Letters through SendGrid's v3 mail/send."""

import http.client
import json
import logging
from dataclasses import dataclass, field
from typing import Any

from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import (
    Category,
    ClickTracking,
    CustomArg,
    From,
    Header,
    HtmlContent,
    Mail,
    OpenTracking,
    PlainTextContent,
    ReplyTo,
    Subject,
    To,
    TrackingSettings,
)
from sendgrid.helpers.mail.exceptions import ApiKeyIncludedException

from marketplace.mail.letters import Letter, MailRejected, MailUnavailable, address

HOST = "https://api.sendgrid.com"
TIMEOUT = 15.0  # seconds without an answer

ACCEPTED = 202
AT_FAULT = (400, 413)  # the letter itself: malformed, or too large
OUR_ACCOUNT = (401, 403, 404, 405, 415)  # key, sender or address of the service: the same letter passes later

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class SendGridMailer:
    """Hands letters to SendGrid; its id for a letter is the `X-Message-Id` of the answer."""

    api_key: str = field(repr=False)
    host: str = HOST
    timeout: float = TIMEOUT

    def send(self, letter: Letter) -> str:
        client = SendGridAPIClient(self.api_key, host=self.host)
        client.client.timeout = self.timeout  # the library waits for ever otherwise
        try:
            answer = client.send(request_body(letter))
        except HTTPError as error:
            raise _verdict(error) from error
        except (OSError, http.client.HTTPException) as error:
            log.warning("SendGrid not reached", extra={"error": type(error).__name__})
            raise MailUnavailable(f"SendGrid cannot be reached: {type(error).__name__}") from error
        if answer.status_code != ACCEPTED:
            raise MailUnavailable(f"SendGrid gave an unforeseen answer: {answer.status_code}")
        return str(answer.headers.get("X-Message-Id", ""))


def request_body(letter: Letter) -> dict[str, Any]:
    """The JSON of the request.

    `custom_args` come back with every webhook event, so an event finds its letter. Links are left as
    we wrote them and opening is not watched. Raises `MailRejected` when the letter cannot be asked for.
    """
    recipient = address(letter.to)
    try:
        mail = Mail()
        mail.from_email = From(letter.sender.addr_spec, letter.sender.display_name or None)
        mail.to = To(recipient.addr_spec)
        mail.subject = Subject(letter.subject)
        if letter.reply_to:
            mail.reply_to = ReplyTo(address(letter.reply_to).addr_spec)
        mail.content = [PlainTextContent(letter.text), HtmlContent(letter.html)]
    except ApiKeyIncludedException as error:
        raise MailRejected("The letter holds what looks like a SendGrid key.") from error
    mail.custom_arg = CustomArg("message_id", letter.message_id.strip("<>"), p=0)
    mail.category = Category(letter.stream)
    mail.header = Header("Message-ID", letter.message_id)
    for name, value in letter.unsubscribe_headers.items():
        mail.header = Header(name, value)
    mail.tracking_settings = TrackingSettings(ClickTracking(False, False), OpenTracking(False))
    body: dict[str, Any] = mail.get()
    return body


def _verdict(error: HTTPError) -> MailRejected | MailUnavailable:
    code = int(error.status_code)
    if code in AT_FAULT:
        return MailRejected(f"SendGrid refused the letter: {code} {_reason(error.body)}".strip())
    if code in OUR_ACCOUNT:
        log.error("SendGrid refuses our account", extra={"status": code})
        return MailUnavailable(
            f"SendGrid refuses our account: {code}. Check SENDGRID_API_KEY and the sender."
        )
    log.warning("SendGrid is not taking mail", extra={"status": code})
    return MailUnavailable(f"SendGrid is not taking mail just now: {code}")


def _reason(body: bytes) -> str:
    """The sentences in SendGrid's answer, if it gave any."""
    try:
        return " ".join(str(each["message"]) for each in json.loads(body)["errors"])
    except (ValueError, LookupError, TypeError):
        return ""
