"""How PostgreSQL is talked to, where that takes more than the driver does by itself."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from psycopg import Column, Cursor
from psycopg.rows import TupleRow


class Columns(Sequence[Column]):
    """The columns of a result, described when somebody looks at them."""

    def __init__(self, number: int, describe: Callable[[], Sequence[Column] | None]) -> None:
        self._number, self._describe = number, describe

    def __len__(self) -> int:
        return self._number

    def __getitem__(self, index: Any) -> Any:
        return self._described[index]

    @cached_property
    def _described(self) -> Sequence[Column]:
        return self._describe() or ()


class LazyCursor(Cursor[TupleRow]):
    """A cursor that describes the columns of a result only to whoever looks at them.

    SQLAlchemy asks after every statement whether there are any, and looks at them once for each kind of
    statement. The driver would describe them all each time (psycopg’s issue 446): a tenth of what the
    servers do in `marketplace bench race`.
    """

    @property
    def description(self) -> Sequence[Column] | None:  # type: ignore[override]
        """The columns of this result, or None where it has none; to be looked at while it is the last one."""
        if self.pgresult is None or not self.pgresult.nfields:
            return super().description
        return Columns(self.pgresult.nfields, lambda: super(LazyCursor, self).description)
