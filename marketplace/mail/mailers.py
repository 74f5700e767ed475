"""Which way of sending this deployment uses, and how its letters are signed."""

from datetime import timedelta
from email.headerregistry import Address
from typing import Any
from urllib.parse import parse_qs, urlsplit

from marketplace.config import Settings
from marketplace.errors import NotSetUp
from marketplace.mail.bodies import Manners
from marketplace.mail.files import FilesMailer
from marketplace.mail.letters import Letter, Mailer, MailRejected, address
from marketplace.mail.sendgrid import HOST, SendGridMailer
from marketplace.mail.smtp import SmtpMailer, is_this_machine
from marketplace.mail.writing import words_of

FOLDER = "mail"  # in the data folder
LARGEST_NUMBER = 2**31  # of a row


def mailer_for(settings: Settings) -> Mailer:
    """The mailer MAIL_URL names: `files:`, `smtp://…`, `smtps://…`, `sendgrid:` or `sendgrid://API-HOST`.

    Raises `NotSetUp` when the address cannot be used.
    """
    parts = urlsplit(settings.mail_url)
    if parts.scheme in ("smtp", "smtps"):
        return SmtpMailer.from_url(settings.mail_url)
    if parts.scheme == "sendgrid":
        return SendGridMailer(
            api_key=settings.sendgrid_api_key,
            host=_address_of(parts.netloc, parts.hostname or "") if parts.netloc else HOST,
            manners=Manners(asm_groups(settings.sendgrid_asm), settings.sendgrid_sandbox),
            is_heard=bool(settings.sendgrid_webhook_key),
            rest=timedelta(minutes=settings.sendgrid_rest),
        )
    return FilesMailer(settings.data_dir / FOLDER)


def _address_of(netloc: str, host: str) -> str:
    """Such as api.eu.sendgrid.com; on the machine itself nothing crosses a wire."""
    return f"{'http' if is_this_machine(host) else 'https'}://{netloc}"


def asm_groups(listed: str) -> dict[str, int]:
    """SENDGRID_ASM, such as `digest=101,summary=102`: the unsubscribe group of each stream."""
    pairs = (each.split("=") for each in listed.split(",") if each.strip())
    return {stream.strip(): int(group) for stream, group in pairs}


def message_id_of(number: int, settings: Settings) -> str:
    """Made from the row's number, so every attempt carries the same one."""
    return f"<mail-{number}@{_host(settings)}>"


def number_of(message_id: str, settings: Settings) -> int | None:
    """The row's number in a Message-ID of ours, with or without its brackets; None for any other."""
    name, _, host = message_id.strip("<>").rpartition("@")
    digits = name.removeprefix("mail-")
    if host != _host(settings) or digits == name or not (digits.isascii() and digits.isdigit()):
        return None
    return int(digits) if int(digits) < LARGEST_NUMBER else None


def letter_of(message: Any, settings: Settings, sender: Address | None = None) -> Letter:
    """The letter in this row (or `MailMessage`), with its words rendered if it belongs to a run."""
    text, html = words_of(message)
    return Letter(
        to=message.address,
        sender=sender or sender_of(settings),
        subject=message.subject,
        text=text,
        html=html,
        message_id=message_id_of(message.id, settings),
        stream=str(message.stream),
        written_at=message.created_at,
        unsubscribe_url=message.unsubscribe_url,
        reply_to=message.reply_to,
    )


def sender_of(settings: Settings) -> Address:
    """`no-reply@` the host of BASE_URL, or the address after `?from=` in MAIL_URL."""
    given = parse_qs(urlsplit(settings.mail_url).query).get("from", [f"no-reply@{_host(settings)}"])[-1]
    try:
        spec = address(given).addr_spec
    except MailRejected as error:
        raise NotSetUp("The sender after ?from= in MAIL_URL is not an e-mail address.") from error
    return Address(settings.site_name, addr_spec=spec)


def _host(settings: Settings) -> str:
    host = urlsplit(settings.base_url).hostname or "localhost"
    return "localhost" if ":" in host else host  # an IPv6 address cannot stand on the right of an @
