"""Letters through a mail server of your own."""

import ipaddress
import logging
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from marketplace.errors import NotSetUp
from marketplace.mail.letters import Letter, MailRejected, MailUnavailable, as_email

# One letter takes at most ten exchanges with the server; together they stay within the outbox's lease.
TIMEOUT = 10.0  # seconds
MESSAGE_TOO_BIG = 552

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpMailer:
    """Speaks SMTP, in TLS where the server offers it; a password never travels in the clear.

    On the machine itself (`same_machine`) certificates are not checked and TLS is not insisted on:
    nothing crosses a wire, and local relays commonly sign for themselves.
    """

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls_from_start: bool = False
    same_machine: bool = False
    timeout: float = TIMEOUT

    @classmethod
    def from_url(cls, url: str) -> "SmtpMailer":
        """Read `smtp://user:password@host:port` or `smtps://…`; raises `NotSetUp` when it cannot be used."""
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError as error:
            raise NotSetUp("The port in MAIL_URL must be a number from 1 to 65535.") from error
        if not parts.hostname:
            raise NotSetUp("MAIL_URL names no mail server. Use smtp://HOST:PORT or smtps://HOST:PORT.")
        in_tls = parts.scheme == "smtps"
        usual = 465 if in_tls else 587 if parts.username else 25
        return cls(
            host=parts.hostname,
            port=port or usual,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls_from_start=in_tls,
            same_machine=_is_this_machine(parts.hostname),
        )

    def send(self, letter: Letter) -> str:
        """Hand the letter to the server; it gives no id of its own, so ours is returned."""
        message = as_email(letter)
        try:
            server = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            log.warning("mail server not reached", extra={"error": type(error).__name__})
            raise MailUnavailable(f"The mail server cannot be reached: {type(error).__name__}") from error
        try:
            self._greet(server)
            if not letter.to.isascii() and not server.has_extn("smtputf8"):
                raise MailRejected("The mail server cannot write to an address with such letters.")
            server.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            raise _verdict(error) from error
        finally:
            _hang_up(server)
        return letter.message_id

    def _connect(self) -> smtplib.SMTP:
        if self.tls_from_start:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=self._tls())
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout)

    def _greet(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        in_tls = self.tls_from_start
        if not in_tls and server.has_extn("starttls"):
            server.starttls(context=self._tls())
            server.ehlo()
            in_tls = True
        if self.user:
            if not in_tls and not self.same_machine:
                log.error("mail server offers no encryption, so the password was not sent")
                raise MailUnavailable("The mail server offers no encryption, so the password was not sent.")
            server.login(self.user, self.password)

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.same_machine:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _hang_up(server: smtplib.SMTP) -> None:
    """Say goodbye. The letter's fate is settled by now, so a rude answer changes nothing."""
    with suppress(smtplib.SMTPException, OSError):
        server.quit()
    server.close()


def _verdict(error: smtplib.SMTPException | OSError) -> MailRejected | MailUnavailable:
    """Whether the letter is at fault (a permanent 5xx about it or its reader) or the circumstances are."""
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            code, words = next(iter(refused.values()))
            return _by_code(code, words, "recipient")
        case smtplib.SMTPSenderRefused(smtp_code=code, smtp_error=words) if code != MESSAGE_TOO_BIG:
            # Our own address or account is the trouble: the same letter passes once that is put right.
            log.error("mail server refuses our sender address", extra={"code": code})
            return MailUnavailable(f"The mail server refuses our sender address: {code} {_text(words)}")
        case (
            smtplib.SMTPDataError(smtp_code=code, smtp_error=words)
            | smtplib.SMTPSenderRefused(smtp_code=code, smtp_error=words)
        ):
            return _by_code(code, words, "letter")
        case smtplib.SMTPAuthenticationError(smtp_code=code):
            log.error("mail server does not accept our password", extra={"code": code})
            return MailUnavailable(f"The mail server does not accept our user name and password: {code}")
        case _:
            log.warning("mail server failed", extra={"error": type(error).__name__})
            return MailUnavailable(f"The mail server failed: {type(error).__name__}")


def _by_code(code: int, words: bytes | str, refused: str) -> MailRejected | MailUnavailable:
    sentence = f"The mail server refused the {refused}: {code} {_text(words)}"
    return MailRejected(sentence) if 500 <= code < 600 else MailUnavailable(sentence)


def _text(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else words
