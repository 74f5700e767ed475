"""One JSON object a line, with ids and never names, addresses or what people typed."""

import json
import logging
import sys
import time
import traceback
from datetime import UTC, datetime
from uuid import uuid4

from flask import Flask, Response, g, request

_OURS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """A record as one line of JSON: instant, level, logger, message and the `extra` fields."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in _OURS},
        }
        if record.exc_info and record.exc_info[1]:
            line["trace"] = _trace(record.exc_info[1])
        return json.dumps(line, default=str)


def _trace(error: BaseException) -> list[str]:
    """The kinds of error and where each came from, cause last; a message can hold what people typed."""
    steps: list[str] = []
    following: BaseException | None = error
    while following is not None:
        frames = traceback.extract_tb(following.__traceback__)
        steps.append(type(following).__name__)
        steps += [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in reversed(frames)]
        following = following.__cause__ or following.__context__
    return steps


def to_stderr(level: int = logging.INFO) -> None:
    """Send our logs to standard error; libraries speak only from warnings up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("marketplace", "search"):
        logging.getLogger(name).setLevel(level)


def follow_requests(app: Flask) -> None:
    """Log each request by endpoint, never by address: addresses can hold what people searched for."""
    log = logging.getLogger("marketplace.requests")

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()
        g.request_id = uuid4().hex[:12]

    @app.after_request
    def finish(response: Response) -> Response:
        if request.endpoint not in ("static", "health.show"):
            log.info(
                "answered",
                extra={
                    "request": g.get("request_id"),
                    "method": request.method,
                    "endpoint": request.endpoint,
                    "status": response.status_code,
                    "ms": round(1000 * (time.perf_counter() - g.get("started", time.perf_counter())), 1),
                },
            )
        return response
