"""What stands in for SendGrid while letters are timed: a server in a process of its own that counts them.

It keeps to SendGrid's limits, and looks closely at one request in twenty; the tests hold every one against
SendGrid's own description. `python -m marketplace.bench.provider FILE` prints its port, and when its input
ends writes into the file what it counted.
"""

import json
import resource
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MOST_BYTES, MOST_LETTERS, MOST_SUBSTITUTED = 30_000_000, 1_000, 10_000
ONE_IN = 20
POINTS = ("personalizations", "from", "subject", "content")


class Taken:
    """All that was handed in: requests and bytes, letters by our own number, and what was wrong with them."""

    def __init__(self) -> None:
        self.requests = self.bytes = 0
        self.letters: Counter[str] = Counter()
        self.streams: Counter[str] = Counter()  # letters
        self.faults: list[str] = []
        self._lock = threading.Lock()

    def take(self, raw: bytes) -> list[str]:
        """Count a request; returns what is wrong with it."""
        body = json.loads(raw)
        people = body["personalizations"]
        wrong = ["too many letters"] * (len(people) > MOST_LETTERS) + ["too large"] * (len(raw) > MOST_BYTES)
        with self._lock:
            self.requests += 1
            if self.requests % ONE_IN == 1:
                wrong += looked_at(body)
            self.faults += wrong
            self.bytes += len(raw)
            if not wrong:
                self.letters.update(person["custom_args"]["delivery"] for person in people)
                self.streams[body["categories"][0]] += len(people)
        return wrong

    def told(self) -> dict[str, Any]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "requests": self.requests,
            "mib": round(self.bytes / 2**20, 1),
            "letters": len(self.letters),
            "streams": dict(self.streams),
            "twice": sum(times > 1 for times in self.letters.values()),
            "faults": self.faults,
            "processor_seconds": round(used.ru_utime + used.ru_stime, 1),
        }


def looked_at(body: dict[str, Any]) -> list[str]:
    """What a closer look finds: parts that are missing, and people with too much of their own."""
    wrong = [f"no {name}" for name in POINTS if not body.get(name)]
    for person in body["personalizations"]:
        own = person.get("substitutions", {})
        if sum(len((tag + value).encode()) for tag, value in own.items()) > MOST_SUBSTITUTED:
            wrong.append("too much to substitute")
    return wrong


def server(taken: Taken) -> ThreadingHTTPServer:
    """On any port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/v3/mail/batch":
                self._say(201, {"batch_id": "a-batch"})
            elif wrong := taken.take(raw):
                self._say(400, {"errors": [{"message": each, "field": None} for each in wrong]})
            else:
                self._say(202)

        def _say(self, status: int, said: dict[str, Any] | None = None) -> None:
            content = b"" if said is None else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("X-Message-Id", "an-id")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """A hundred thousand lines help nobody."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def main(file: str) -> None:
    taken = Taken()
    serving = server(taken)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    print(serving.server_port, flush=True)  # whoever began us waits for it
    sys.stdin.read()
    serving.shutdown()
    Path(file).write_text(json.dumps(taken.told()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
