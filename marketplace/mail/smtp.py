"""Letters through a mail server of your own."""

import ipaddress
import logging
import smtplib
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from marketplace.errors import NotSetUp
from marketplace.mail.letters import (
    UNTRIED,
    Fate,
    Kind,
    Letter,
    MailRejected,
    MailUnavailable,
    MailUncertain,
    Outcome,
    as_email,
    outcome_of,
)

# One letter takes at most ten exchanges with the server; together they stay within the lease of a letter.
TIMEOUT = 10.0  # seconds
PATIENCE = 20.0  # seconds in which further letters of one lot are begun
GO_ON = 354  # the server's word to send the body
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

    at_once: ClassVar[int] = 50

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
            same_machine=is_this_machine(parts.hostname),
        )

    @property
    def kind(self) -> Kind:
        return Kind.SMTP

    def send(self, letter: Letter) -> str:
        """Hand the letter to the server; it gives no id of its own, so ours is returned."""
        as_email(letter)  # what cannot be written is rejected without asking
        with self._connected() as server:
            return _hand(server, letter)

    def send_many(self, letters: Sequence[Letter], *, batch_id: str = "") -> list[Outcome]:
        """All through one connection, until one of them ends it."""
        outcomes: list[Outcome] = []
        until = time.monotonic() + PATIENCE
        try:
            with self._connected() as server:
                for letter in letters:
                    if time.monotonic() > until:
                        break
                    outcomes.append(_tried(server, letter))
                    if outcomes[-1].problem is not None:
                        break
        except MailUnavailable as unavailable:
            outcomes.append(outcome_of(unavailable))
        return outcomes + [UNTRIED] * (len(letters) - len(outcomes))

    def new_batch(self) -> str:
        return ""

    def call_off(self, batch_id: str) -> None:
        """What a server has taken cannot be called off."""

    @contextmanager
    def _connected(self) -> Iterator["_Plain | _InTls"]:
        try:
            server = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            log.warning("mail server not reached", extra={"error": type(error).__name__})
            raise MailUnavailable(f"The mail server cannot be reached: {type(error).__name__}") from error
        try:
            try:
                self._greet(server)
            except (smtplib.SMTPException, OSError) as error:
                raise _verdict(error) from error
            yield server
        finally:
            _hang_up(server)

    def _connect(self) -> "_Plain | _InTls":
        if self.tls_from_start:
            return _InTls(self.host, self.port, timeout=self.timeout, context=self._tls())
        return _Plain(self.host, self.port, timeout=self.timeout)

    def _greet(self, server: "_Plain | _InTls") -> None:
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


class _ToldAll(smtplib.SMTP):
    """Knows whether all of a letter was out when the connection was lost."""

    _may_send = is_all_told = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self._may_send = self.is_all_told = False
        answer = super().data(msg)
        self.is_all_told = False  # and it was answered
        return answer

    def getreply(self) -> tuple[int, bytes]:
        code, words = super().getreply()
        self._may_send = code == GO_ON
        return code, words

    def send(self, s: Any) -> None:
        is_body = self._may_send
        super().send(s)
        self.is_all_told = is_body


class _Plain(_ToldAll):
    """The connection begins in the clear."""


class _InTls(_ToldAll, smtplib.SMTP_SSL):
    """The connection is in TLS from its first byte."""


def _tried(server: _ToldAll, letter: Letter) -> Outcome:
    try:
        provider_id = _hand(server, letter)
    except (MailRejected, MailUnavailable, MailUncertain) as problem:
        with suppress(smtplib.SMTPException, OSError):
            server.rset()
        return outcome_of(problem)
    return Outcome(Fate.SENT, provider_id=provider_id)


def _hand(server: _ToldAll, letter: Letter) -> str:
    message = as_email(letter)
    if not letter.to.isascii() and not server.has_extn("smtputf8"):
        raise MailRejected("The mail server cannot write to an address with such letters.")
    try:
        server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        is_lost = isinstance(error, smtplib.SMTPServerDisconnected | OSError)
        if server.is_all_told and is_lost and not isinstance(error, smtplib.SMTPResponseException):
            log.warning("mail server did not answer", extra={"error": type(error).__name__})
            raise MailUncertain(f"The mail server gave no answer: {type(error).__name__}") from error
        raise _verdict(error) from error
    return letter.message_id


def is_this_machine(host: str) -> bool:
    """Whether nothing crosses a wire on the way there."""
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
    return MailRejected(sentence) if 500 <= code < 600 else MailUnavailable(sentence, only_this=True)


def _text(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else words
