"""The columns of a result are described only to whoever looks at them, and then in full."""

import pytest
from sqlalchemy import text

from marketplace.extensions import db
from marketplace.postgres import Columns, LazyCursor


@pytest.fixture
def cursor(app) -> LazyCursor:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("a cursor of PostgreSQL’s driver")
    found = db.session.connection().connection.driver_connection.cursor()
    assert isinstance(found, LazyCursor)
    return found


def test_a_result_says_that_it_has_columns_and_which(cursor: LazyCursor):
    cursor.execute("SELECT 1 AS one, 'x'::text AS two")
    described = cursor.description

    assert isinstance(described, Columns)
    assert [(each.name, each.type_code) for each in described] == [("one", 23), ("two", 25)]
    assert (len(described), described[1].name, described[-1].name) == (2, "two", "two")
    assert cursor.fetchall() == [(1, "x")]


@pytest.mark.parametrize("statement", ["SET LOCAL lock_timeout = 0", "UPDATE place SET name = name"])
def test_what_gives_no_rows_has_no_columns(cursor: LazyCursor, statement: str):
    assert cursor.description is None
    assert cursor.execute(statement).description is None


def test_a_statement_in_words_is_read_by_its_columns(app):
    row = db.session.execute(text("SELECT 1 AS one, 2 AS two")).one()
    assert row._mapping == {"one": 1, "two": 2}
