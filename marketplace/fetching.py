"""Reading the rows of many ids in one statement, however many they are.

The ids travel as one parameter, a list in JSON that the database reads as a table. So a statement is the same
for two ids as for two thousand, and nothing of it is put together or understood anew.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Row, String, bindparam, cast, select
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


class Rows(Generic[Key]):
    """What a query finds for some keys of a column, or for all; the statement is put together once."""

    def __init__(self, query: Any, column: ColumnElement[Key]) -> None:
        self._all = query
        self._some = query.where(column.in_(_WORDS if isinstance(column.type, String) else _NUMBERS))

    def of(self, keys: Collection[Key] | None, **parameters: Any) -> Sequence[Row[Any]]:
        """The rows of these keys, of all there are if None; the rest are parameters of the query."""
        if keys is None:
            return db.session.execute(self._all, parameters).all()
        if not keys:
            return []
        given = json.dumps(sorted(set(keys)))
        return db.session.execute(self._some, {**parameters, "given": given}).all()
