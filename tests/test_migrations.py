"""The tables as migrations make them, on both databases."""

import ast
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from marketplace.extensions import db
from marketplace.paths import MIGRATIONS
from tests.apps import another_app
from tests.databases import DATABASES, SQLITE

SCRIPTS = sorted((MIGRATIONS / "versions").glob("*.py"))
NAMES = {  # kind of constraint: how its name begins
    "primary": "pk_{table}",
    "foreign": "fk_{table}_{columns}_{target}",
    "unique": "uq_{table}_{columns}",
    "index": "ix_{table}_",
    "check": "ck_{table}_",
}


@pytest.fixture(scope="module", params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application on a database of its own, still without tables."""
    url = ""
    if request.param != SQLITE:
        server = sa.make_url(request.getfixturevalue("_postgresql")).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text("CREATE DATABASE migrations"))
        engine.dispose()
        url = server.set(database="migrations").render_as_string(hide_password=False)
    with another_app(tmp_path_factory.mktemp("migrations"), {"database_url": url}) as app, app.app_context():
        yield app


@pytest.fixture
def migrated(database: Flask) -> Flask:
    up()
    return database


def up() -> None:
    flask_migrate.upgrade(directory=str(MIGRATIONS))


def down() -> None:
    flask_migrate.downgrade(directory=str(MIGRATIONS), revision="base")


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_the_tables_come_and_go_and_come_again(database):
    wanted = set(db.metadata.tables)

    up()
    assert tables() == wanted
    down()
    assert tables() == set()
    up()
    assert tables() == wanted


def test_upgrading_twice_is_upgrading_once(migrated):
    up()

    with db.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_heads() == (heads()[0],)


def test_the_models_and_the_migrations_agree(migrated):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, db.metadata)

    assert differences == []


def test_the_database_holds_every_check_the_models_name(migrated):
    inspector = sa.inspect(db.engine)
    missing = {
        str(check.name)
        for name, table in db.metadata.tables.items()
        for check in table.constraints
        if isinstance(check, sa.CheckConstraint)
        and check.name not in {found["name"] for found in inspector.get_check_constraints(name)}
    }

    assert missing == set()


def test_every_constraint_has_a_name_by_the_convention(migrated):
    inspector = sa.inspect(db.engine)
    wrong = []
    for table in tables():
        named = [
            ("primary", inspector.get_pk_constraint(table)),
            *(("foreign", each) for each in inspector.get_foreign_keys(table)),
            *(("unique", each) for each in inspector.get_unique_constraints(table)),
            *(("check", each) for each in inspector.get_check_constraints(table)),
            *(
                ("index", each)
                for each in inspector.get_indexes(table)
                if not each.get("duplicates_constraint")
            ),
        ]
        for kind, found in named:
            columns = "_".join(found.get("constrained_columns") or found.get("column_names") or ())
            begins = NAMES[kind].format(table=table, columns=columns, target=found.get("referred_table"))
            if not str(found["name"]).startswith(begins):
                wrong.append(f"{table}: {kind} {found['name']}")

    assert wrong == []


def test_the_history_has_one_end():
    assert len(heads()) == 1


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_migration_says_what_it_does_and_imports_no_model(path: Path):
    tree = ast.parse(path.read_text("utf-8"))
    ours = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and "marketplace" in ast.unparse(node)
    ]
    values = {
        target.id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }

    assert ast.get_docstring(tree)
    assert ours == []
    assert values["revision"] == path.stem
    assert len(values["revision"]) <= 32


def heads() -> list[str]:
    return ScriptDirectory(str(MIGRATIONS)).get_heads()
