"""Reading the rows of many ids in one statement, however many they are.

The ids travel as one parameter, a list in JSON that the database reads as a table. So a statement is the same
for two ids as for two thousand, and nothing of it is put together or understood anew.
"""

import json
from collections.abc import Collection
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Row, String, bindparam, cast, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from marketplace.extensions import db

Key = TypeVar("Key", int, str)
Ids = Collection[int] | None  # None: all of them


class _Listed(FunctionElement[Any]):
    """The values of a list in JSON, as a table of one column called `value`."""

    name = "listed"
    inherit_cache = True


@compiles(_Listed, "sqlite")
def _in_sqlite(element: _Listed, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **how)})"


@compiles(_Listed, "postgresql")
def _in_postgresql(element: _Listed, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **how)} AS JSON))"


_VALUE = _Listed(bindparam("given", type_=String)).table_valued("value").c.value
_NUMBERS, _WORDS = select(cast(_VALUE, BigInteger)), select(cast(_VALUE, String))


def fetched(query: Any, column: Any, ids: Collection[Key] | None, **parameters: Any) -> list[Row[Any]]:
    """What a query finds for these ids, or keys; for all there are if none are named."""
    if ids is None:
        return list(db.session.execute(query, parameters).all())
    if not ids:
        return []
    wanted = sorted(set(ids))
    given = _WORDS if isinstance(wanted[0], str) else _NUMBERS
    found = db.session.execute(query.where(column.in_(given)), {**parameters, "given": json.dumps(wanted)})
    return list(found.all())
