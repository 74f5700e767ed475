"""What stands in for SendGrid: a real HTTP server that checks every body as SendGrid's own description says.

It answers as it is told: 202 or any other status, with headers; it can take a request and drop the
connection, or hang. What it accepted it puts together as the reader would get it, and counts by custom arg.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from marketplace.paths import ROOT

SPECIFICATION = ROOT.parent / "shared" / "specs" / "sendgrid-mail-v3-openapi.json"
DROPS = "accepts it and drops the connection"
LOSES = "drops the connection before it accepts"
HANGS = "accepts it and hangs"
MOST_BYTES, MOST_LETTERS, MOST_SUBSTITUTED = 30_000_000, 1000, 10_000


@dataclass
class SendGridAtHome:
    """`plan` is how the next requests are answered, a status or one of the words above; then `status`."""

    address: str = ""
    status: int = 202
    plan: list[int | str] = field(default_factory=list)
    answer_headers: dict[str, str] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)  # addresses that spoil a request
    hang_seconds: float = 30.0
    validator: Any = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    delivered: Counter[str] = field(default_factory=Counter)  # by our custom arg
    letters: dict[str, dict[str, str]] = field(default_factory=dict)  # to, subject, text, html; the same
    batches: list[str] = field(default_factory=list)
    called_off: list[str] = field(default_factory=list)
    in_hand: int = 0  # requests being read or answered
    is_closing: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def mail_url(self) -> str:
        return self.address.replace("http://", "sendgrid://")

    @contextmanager
    def busy(self) -> Iterator[None]:
        with self._lock:
            self.in_hand += 1
        try:
            yield
        finally:
            with self._lock:
                self.in_hand -= 1

    def answer(self, path: str, headers: dict[str, str], raw: bytes) -> tuple[int | str, dict[str, Any]]:
        body = json.loads(raw or b"{}")
        with self._lock:
            if path == "/v3/mail/batch":
                self.batches.append(f"batch-{len(self.batches) + 1}")
                return 201, {"batch_id": self.batches[-1]}
            if path == "/v3/user/scheduled_sends":
                self.called_off.append(body["batch_id"])
                return 201, body
            if path != "/v3/mail/send":
                return 404, _errors("not found")
            self.requests.append(body)
            self.headers.append(headers)
            return self._sent(body, len(raw))

    def _sent(self, body: dict[str, Any], size: int) -> tuple[int | str, dict[str, Any]]:
        wrong = self._wrong(body, size)
        self.faults += wrong
        if wrong:
            return 400, _errors(*wrong)
        answer = self.plan.pop(0) if self.plan else self.status
        if any(to["email"] in self.refuses for each in body["personalizations"] for to in each["to"]):
            return 400, _errors("Does not contain a valid address.")
        if answer in (202, DROPS, HANGS):
            self._deliver(body)
        return answer, _errors(f"the words of {answer}")

    def _wrong(self, body: dict[str, Any], size: int) -> list[str]:
        found = [error.message for error in self.validator.iter_errors(body)] if self.validator else []
        people = body["personalizations"]
        found += ["too many letters"] * (len(people) > MOST_LETTERS)
        found += ["too large"] * (size > MOST_BYTES)
        for person in people:
            own = person.get("substitutions", {})
            if sum(len((tag + value).encode()) for tag, value in own.items()) > MOST_SUBSTITUTED:
                found.append("too much to substitute")
        return found

    def _deliver(self, body: dict[str, Any]) -> None:
        for person in body["personalizations"]:
            text, html = (each["value"] for each in body["content"])
            for tag, value in person.get("substitutions", {}).items():
                text, html = text.replace(tag, value), html.replace(tag, value)
            name = person["custom_args"]["delivery"]
            self.delivered[name] += 1
            self.letters[name] = {
                "to": person["to"][0]["email"],
                "subject": person.get("subject", body.get("subject", "")),
                "text": text,
                "html": html,
            }


def event(home: SendGridAtHome, delivery: str, name: str = "delivered", **more: Any) -> dict[str, Any]:
    """An event as SendGrid posts it."""
    return {
        "email": home.letters[delivery]["to"] if delivery in home.letters else "maureen@hall.example",
        "timestamp": int(time.time()),
        "event": name,
        "sg_event_id": uuid4().hex,
        "sg_message_id": "their-id-7.filter",
        "delivery": delivery,
        **more,
    }


@contextmanager
def opened(port: int = 0) -> Iterator[SendGridAtHome]:
    """The server on this machine, until the end of the block."""
    home = SendGridAtHome(validator=_validator())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            with home.busy():
                self.take()

        def take(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer, said = home.answer(self.path, dict(self.headers), raw)
            if answer in (DROPS, LOSES):
                self.close_connection = True
                return
            if answer == HANGS:
                home.is_closing.wait(home.hang_seconds)
                return
            content = b"" if answer == 202 else json.dumps(said).encode()
            self.send_response(int(answer))
            self.send_header("X-Message-Id", "their-id-7")
            for name, value in home.answer_headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep the test's output quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Whoever called has gone."""

    server = Server(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    home.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield home
    finally:
        home.is_closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _errors(*words: str) -> dict[str, Any]:
    return {"errors": [{"message": each, "field": None} for each in words]}


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
