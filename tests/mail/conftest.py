"""Real servers on this machine for the mailers to talk to, and a letter to give them."""

import socket
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.headerregistry import Address
from typing import Any

import pytest

from marketplace.mail import leaving
from marketplace.mail.letters import Letter
from tests.mail.sendgrid_at_home import SendGridAtHome, opened

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
HANG_UP = "hang up"


@pytest.fixture(autouse=True)
def nobody_above(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail by itself: whoever registered to be asked is asked nothing here."""
    monkeypatch.setattr(leaving, "_ASKED", defaultdict(list))


@pytest.fixture
def letter() -> Letter:
    return Letter(
        to="maureen@hall.example",
        sender=Address("Placeful, County Durham", addr_spec="no-reply@durham.example"),
        subject="Tow Law Larder offers you £40 and a café table",
        text="Hello Maureen,\n\nTow Law Larder offers £40.\n",
        html="<p>Hello Maureen,</p><p>Tow Law Larder offers £40.</p>\n",
        message_id="<mail-12@durham.example>",
        stream="news",
        written_at=NOON,
    )


@pytest.fixture
def closed_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port where calls are taken and never answered."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


@pytest.fixture
def sendgrid_at_home() -> Iterator[SendGridAtHome]:
    with opened() as home:
        yield home


class PostOffice:
    """An SMTP server's answers, changed by the test, and the envelopes it took."""

    def __init__(self) -> None:
        self.port = 0
        self.answers: dict[str, str] = {}
        self.envelopes: list[Any] = []
        self.in_tls: list[bool] = []

    async def handle_MAIL(  # noqa: N802  # the names aiosmtpd calls
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802  # aiosmtpd’s
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd’s
        answer = self.answers.get("DATA", "250 OK")
        if answer.startswith("2"):
            self.envelopes.append(envelope)
            self.in_tls.append(session.ssl is not None)
        return answer

    async def handle_QUIT(self, server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802  # aiosmtpd’s
        if self.answers.get("QUIT") == HANG_UP:
            server.transport.abort()
        return self.answers.get("QUIT", "221 Bye")


@pytest.fixture
def open_post_office(closed_port: int) -> Iterator[Callable[..., PostOffice]]:
    """Starts a real SMTP server on this machine; keyword arguments are aiosmtpd's."""
    controllers = []
    aiosmtpd = pytest.importorskip("aiosmtpd.controller")

    def open_it(**settings: Any) -> PostOffice:
        office = PostOffice()
        controller = aiosmtpd.Controller(office, hostname="127.0.0.1", port=closed_port, **settings)
        controller.start()
        controllers.append(controller)
        office.port = closed_port
        return office

    yield open_it
    for controller in controllers:
        controller.stop()
