"""Real servers on this machine for the mailers to talk to, and a letter to give them."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from marketplace.mail.letters import Letter
from marketplace.paths import ROOT

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
HANG_UP = "hang up"
SPECIFICATION = ROOT.parent / "shared" / "specs" / "sendgrid-mail-v3-openapi.json"


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


@dataclass
class SendGridAtHome:
    """What stands in for SendGrid: checks the body as its own description says and answers as told."""

    address: str = ""
    status: int = 202
    validator: Any = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def answer(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.requests.append(body)
        self.headers.append(headers)
        if path != "/v3/mail/send":
            return 404, {"errors": [{"message": "not found", "field": None}]}
        if self.validator is not None:
            self.faults += [error.message for error in self.validator.iter_errors(body)]
        if self.faults:
            return 400, {"errors": [{"message": fault, "field": None} for fault in self.faults]}
        if self.status == 202:
            return 202, {}
        return self.status, {"errors": [{"message": f"the words of {self.status}", "field": None}]}


@pytest.fixture
def sendgrid_at_home() -> Iterator[SendGridAtHome]:
    home = SendGridAtHome(validator=_validator())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, said = home.answer(self.path, dict(self.headers), body)
            content = b"" if status == 202 else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("X-Message-Id", "their-id-7")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep the test's output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    home.address = f"http://127.0.0.1:{server.server_port}"
    yield home
    server.shutdown()
    server.server_close()
    thread.join()


def _validator() -> Any:
    """A validator of request bodies, or None where the description or the library is not at hand."""
    if not SPECIFICATION.exists():
        return None
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        return None
    description = json.loads(SPECIFICATION.read_text())
    body = description["components"]["requestBodies"]["PostMailSend"]["content"]["application/json"]["schema"]
    return Draft202012Validator({**body, "components": description["components"]})


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
