"""How fast the pages about promises come, with a hundred thousand pledges in the database."""

import secrets
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from marketplace import clock, create_app
from marketplace.accounts.models import User
from marketplace.bench.figures import Took, timed, times
from marketplace.bench.filling_pledges import Pledged, fill
from marketplace.bench.generated import County
from marketplace.bench.pages import Statements
from marketplace.config import Settings
from marketplace.discovery import services as discovery
from marketplace.extensions import db
from marketplace.serve import settle_down
from marketplace.setup import bring_up_to_date

WARM_UP = 5
TIMES = 60

Address = Callable[[Pledged, int], str]
TEAM_PAGES: Mapping[str, Address] = {  # name: where it is, of the n-th time it is opened
    "portfolio": lambda _made, _time: "/portfolio",
    "portfolio, needs": lambda _made, _time: "/portfolio/needs",
    "portfolio, promises": lambda _made, _time: "/portfolio/promises",
    "desk": lambda _made, _time: "/desk",
    "desk, pledges": lambda _made, _time: "/desk/pledges",
    "conversations": lambda _made, _time: "/conversations",
    "conversation": lambda made, _time: f"/conversations/{made.thread}",
    "need": lambda made, _time: f"/needs/{made.need}",
    "pledge": lambda made, time: f"/pledges/{made.of_the_team[time % len(made.of_the_team)]}",
}
CHARITY_PAGES: Mapping[str, Address] = {
    "charity's desk": lambda _made, _time: "/desk",
    "charity's pledges": lambda _made, _time: "/desk/pledges",
    "charity's need": lambda made, _time: f"/needs/{made.need}",
}


def measure(pledges: int, seed: int) -> dict[str, Any]:
    """Fill a database, then open each page again and again, as somebody of the team and of the charity."""
    with tempfile.TemporaryDirectory(prefix="placeful-bench-", ignore_cleanup_errors=True) as folder:
        settings = Settings(
            secret_key=secrets.token_hex(), data_dir=Path(folder), base_url="http://localhost"
        )
        app = create_app(settings, RATELIMIT_ENABLED=False)
        with app.app_context():
            bring_up_to_date()
            made = fill(County(seed), pledges, today=clock.today())
            discovery.rebuild()
            db.session.remove()
            statements = Statements()
            settle_down()
        try:
            found = _opened(app, made.team_user, TEAM_PAGES, made, statements)
            found |= _opened(app, made.charity_user, CHARITY_PAGES, made, statements)
        finally:
            with app.app_context():
                db.engine.dispose()
    return {"pledges": pledges, "pages": found}


def table(figures: Mapping[str, Any]) -> str:
    """The figures as people read them, a line a page."""
    lines = [f"{'page, ms':<24}{'p50':>8}{'p95':>8}{'p99':>8}{'processor p95':>16}{'statements':>12}"]
    for name, took in figures["pages"].items():
        ms = "".join(f"{took[at]:>8.1f}" for at in ("p50", "p95", "p99"))
        lines.append(f"{name:<24}{ms}{took['processor']['p95']:>16.1f}{took['statements']:>12}")
    return "\n".join(lines)


def _opened(
    app: Flask, user_id: int, pages: Mapping[str, Address], made: Pledged, statements: Statements
) -> dict[str, Any]:
    """Each page again and again, every time in a context of its own, as a server has it."""
    client, found = _signed_in(app, user_id), {}
    for name, address in pages.items():
        took: list[Took] = []
        for number in range(WARM_UP + TIMES):
            statements.asked = 0
            one, response = timed(partial(client.get, address(made, number)))
            if response.status_code != 200:
                raise RuntimeError(f"{address(made, number)} was answered with {response.status}")
            took.append(one)
        found[name] = {**times(took[WARM_UP:]), "statements": statements.asked}
    return found


def _signed_in(app: Flask, user_id: int) -> FlaskClient:
    with app.app_context():
        name = db.session.get_one(User, user_id).get_id()
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = name, True
    return client
