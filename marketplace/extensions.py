"""The libraries every feature shares, unbound until `create_app` binds them."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import JSON, Date, DateTime, Dialect, Enum, Float, Integer, MetaData, String, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeDecorator

from marketplace.writers import PATIENCE, WriterConnection

Row = TypeVar("Row", bound="Base")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC on every database; SQLite forgets the zone, so we put it back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("Give an aware instant, as clock.now() does.")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


NAMES = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Base(DeclarativeBase):
    """Every table of ours. The type map sits on the registry: Flask-SQLAlchemy refuses it on the base."""

    metadata = NAMES
    registry = registry(
        metadata=NAMES,
        type_annotation_map={
            datetime: UtcDateTime,
            date: Date,
            float: Float,
            int: Integer,
            str: String,
            dict[str, Any]: JSON,
            list[str]: JSON,
            list[dict[str, Any]]: JSON,
        },
    )


def enum_type(kind: type[StrEnum]) -> Enum:
    """A `StrEnum` stored by its value, as plain text."""
    return Enum(
        kind,
        native_enum=False,
        length=32,
        create_constraint=False,
        values_callable=lambda members: [member.value for member in members],
    )


db = SQLAlchemy(model_class=Base)
migrate = Migrate()
login = LoginManager()
csrf = CSRFProtect()
limiter = Limiter(key_func=get_remote_address, default_limits=[])


def rows_changed(statement: UpdateBase) -> int:
    """Run an UPDATE or DELETE in the session; returns how many rows it touched."""
    result = db.session.execute(statement)
    return result.rowcount if isinstance(result, CursorResult) else 0


@event.listens_for(Engine, "connect")
def _sqlite_keeps_its_word(connection: Any, _record: object) -> None:
    """WAL, durable commits, foreign keys and patience, on every SQLite connection."""
    if not isinstance(connection, sqlite3.Connection):
        return
    patience = f"busy_timeout={PATIENCE * 1000:.0f}"  # with programs that know nothing of our line
    for pragma in (patience, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "before_cursor_execute")
def _sqlite_writers_take_turns(
    connection: Connection, _cursor: object, statement: str, _parameters: object, context: Any, _many: bool
) -> None:
    """What writes to SQLite begins as a writer, when those before it are done. Reading begins nothing."""
    if statement.startswith("SELECT") or connection.dialect.name != "sqlite":
        return
    driver = connection.connection.driver_connection
    if not isinstance(driver, WriterConnection):
        return
    word = statement.lstrip()[:7].upper()
    if word.startswith("BEGIN"):
        _in_turn(driver.take_turn)
    elif word.startswith(("INSERT", "UPDATE", "DELETE", "REPLACE")) or (
        context is not None and (context.isinsert or context.isupdate or context.isdelete)
    ):
        _in_turn(driver.begin_writing)


@event.listens_for(Engine, "savepoint")
def _sqlite_begins_first(connection: Connection, _name: str | None) -> None:
    """Python's driver opens no transaction for a SAVEPOINT, so releasing the first would commit it."""
    driver = connection.connection.driver_connection
    if isinstance(driver, WriterConnection):
        _in_turn(driver.begin_writing)
    elif connection.dialect.name == "sqlite" and driver is not None and not driver.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _in_turn(begin: Callable[[], None]) -> None:
    try:
        begin()
    except sqlite3.OperationalError as problem:
        raise OperationalError("BEGIN IMMEDIATE", None, problem) from problem


PASSING = {"40001", "40P01", "55P03"}  # PostgreSQL: not in one order, waiting for each other, locked


def will_pass(error: BaseException) -> bool:
    """Whether the database only had too much to do at once: the same again may well succeed."""
    if not isinstance(error, OperationalError):
        return False
    if getattr(error.orig, "sqlstate", None) in PASSING:
        return True
    return isinstance(error.orig, sqlite3.OperationalError) and "locked" in str(error.orig)


def insert_or_replace(model: type[Base], rows: Sequence[Mapping[str, Any]], at_once: int = 500) -> None:
    """Insert rows, or bring those there already (by primary key) up to date; on either database."""
    keys = [column.name for column in model.__table__.primary_key]
    for start in range(0, len(rows), at_once):
        statement = _insert(model).values(list(rows[start : start + at_once]))
        others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        db.session.execute(statement.on_conflict_do_update(index_elements=keys, set_=others))


def insert_or_leave(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those rows that break no rule of uniqueness; what somebody else put there meanwhile stays."""
    if rows:
        db.session.execute(_insert(model).on_conflict_do_nothing(), list(rows))


def insert_unless_there(model: type[Row], **values: Any) -> Row | None:
    """Insert one row and return it; None where a rule of uniqueness says that it is there already.

    Of two at the same moment the second waits for the end of the first. It then finds what the first wrote.
    """
    statement = _unless_there(model, db.session.get_bind().dialect.name)
    return db.session.scalars(statement, values).one_or_none()


@cache
def _unless_there(model: type[Row], dialect: str) -> Any:
    """Made once: making the statement takes longer than carrying it out."""
    table = model.__table__
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    return select(model).from_statement(insert.on_conflict_do_nothing().returning(table))


def find_or_insert(model: type[Row], by: Mapping[str, Any], **values: Any) -> tuple[Row, bool]:
    """The one row with these columns, made with these values too if need be; and whether it is new."""
    find = select(model).filter_by(**by)
    if (row := db.session.scalar(find)) is not None:
        return row, False
    if (row := insert_unless_there(model, **by, **values)) is not None:
        return row, True
    return db.session.scalars(find).one(), False  # somebody else was first, a moment ago


def _insert(model: type[Base]) -> Any:
    return (postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite).insert(model)
