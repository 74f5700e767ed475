"""Which way of sending this deployment uses, and how its letters are signed."""

from email.headerregistry import Address
from urllib.parse import parse_qs, urlsplit

from marketplace.config import Settings
from marketplace.errors import NotSetUp
from marketplace.mail.files import FilesMailer
from marketplace.mail.letters import Letter, Mailer, MailRejected, address
from marketplace.mail.models import MailMessage
from marketplace.mail.sendgrid import HOST, SendGridMailer
from marketplace.mail.smtp import SmtpMailer

FOLDER = "mail"  # in the data folder


def mailer_for(settings: Settings) -> Mailer:
    """The mailer MAIL_URL names: `files:`, `smtp://…`, `smtps://…`, `sendgrid:` or `sendgrid://API-HOST`.

    Raises `NotSetUp` when the address cannot be used.
    """
    parts = urlsplit(settings.mail_url)
    if parts.scheme in ("smtp", "smtps"):
        return SmtpMailer.from_url(settings.mail_url)
    if parts.scheme == "sendgrid":
        host = f"https://{parts.netloc}" if parts.netloc else HOST  # such as api.eu.sendgrid.com
        return SendGridMailer(api_key=settings.sendgrid_api_key, host=host)
    return FilesMailer(settings.data_dir / FOLDER)


def letter_of(message: MailMessage, settings: Settings) -> Letter:
    """The letter in this row; its Message-ID comes from the row, so every attempt carries the same one."""
    return Letter(
        to=message.address,
        sender=sender_of(settings),
        subject=message.subject,
        text=message.text,
        html=message.html,
        message_id=f"<mail-{message.id}@{_host(settings)}>",
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
