"""How fast the search page comes through the whole application, with as many listings in its database."""

import secrets
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import event

from marketplace import create_app
from marketplace.bench.figures import Took, timed, times
from marketplace.bench.filling import fill, towns
from marketplace.bench.generated import County
from marketplace.bench.questions import Question, questions
from marketplace.config import Settings
from marketplace.discovery import services
from marketplace.extensions import db
from marketplace.setup import bring_up_to_date

WARM_UP = 20
PARAMETERS = {"family": "kind", "categories": "category", "quantity_kinds": "wanted", "value_bands": "value"}


class Statements:
    """How often the database was asked since we last began to count, and how often to skip rows."""

    def __init__(self) -> None:
        self.asked = self.skipping = 0
        event.listen(db.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        self.asked += 1
        # For SQLite every LIMIT is written with an OFFSET, nearly always of 0.
        self.skipping += statement.rstrip().endswith("OFFSET ?") and given[-1] != 0


def measure(listings: int, pages: int, seed: int) -> dict[str, Any]:
    """Fill a database, index it with the product's own command, and read pages one after another."""
    with tempfile.TemporaryDirectory(prefix="placeful-bench-", ignore_cleanup_errors=True) as folder:
        settings = Settings(
            secret_key=secrets.token_hex(), data_dir=Path(folder), base_url="http://localhost"
        )
        app = create_app(settings, RATELIMIT_ENABLED=False)
        with app.app_context():
            try:
                return _measured(app, County(seed), listings, pages)
            finally:
                db.session.remove()
                db.engine.dispose()


def _measured(app: Flask, county: County, listings: int, pages: int) -> dict[str, Any]:
    bring_up_to_date()
    fill(county, listings)
    began = time.perf_counter()
    indexed = services.rebuild()
    seconds = time.perf_counter() - began
    client, statements = app.test_client(), Statements()
    for address in _addresses(county, listings, WARM_UP, salt=2):
        client.get(address)
    took: list[Took] = []
    asked: list[int] = []
    for address in _addresses(county, listings, pages, salt=0):
        statements.asked = 0
        one, response = timed(partial(client.get, address))
        took.append(one)
        if response.status_code != 200:
            raise RuntimeError(f"{address} was answered with {response.status}")
        asked.append(statements.asked)
    return {
        "pages": len(took),
        "documents": indexed,
        "documents_indexed_per_second": round(indexed / seconds),
        **times(took),
        "most_statements": max(asked),
        "statements_that_skip_rows": statements.skipping,
    }


def _addresses(county: County, listings: int, count: int, *, salt: int) -> Iterator[str]:
    """Searches as their addresses: the same words, filters and distances, near towns people name."""
    random = Random(f"{county.seed} pages {salt}")  # noqa: S311  # repeatable, not secret
    for question in questions(county, listings, count, salt=salt):
        yield f"/search?{urlencode(_parameters(question, random.choice(towns(county))), doseq=True)}"


def _parameters(question: Question, town: str) -> dict[str, Any]:
    query = question.query
    chosen = {
        PARAMETERS[name]: sorted(values) for name, values in query.filters.items() if name in PARAMETERS
    }
    near = {"where": town, "miles": query.within_miles} if query.within_miles else {}
    return {"q": query.text, "sort": query.sort.value, **chosen, **near}
