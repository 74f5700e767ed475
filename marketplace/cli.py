"""The `marketplace` command: everything that can be done from a terminal."""

import logging
import sys
from collections.abc import Callable
from typing import Any

import click
from flask.cli import ScriptInfo
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from marketplace import create_app
from marketplace.bench.cli import bench
from marketplace.categories.cli import categories
from marketplace.demo.cli import demo
from marketplace.digests.cli import digests
from marketplace.discovery.cli import search
from marketplace.errors import NotSetUp, Refused
from marketplace.exposure.cli import exposure
from marketplace.extensions import will_pass
from marketplace.imports.cli import imports
from marketplace.ledger.cli import ledger
from marketplace.matching.cli import match
from marketplace.messages.cli import mail
from marketplace.places.cli import places
from marketplace.serve import serve, worker
from marketplace.setup import db
from marketplace.web import logs


@click.group(help="Placeful: a marketplace for one place. Each command has its own --help.")
def cli() -> None:
    """Set up logging before anything runs."""
    logs.to_stderr(logging.WARNING)


COMMANDS = (
    serve, worker, db, places, imports, categories, match, digests, exposure, ledger, search, mail, demo,
    bench,
)  # fmt: skip
for command in COMMANDS:
    cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run a command; what went wrong is one sentence, and the exit status says so."""
    info = ScriptInfo(create_app=create_app, load_dotenv_defaults=False)
    status = _run(lambda: cli.main(arguments, prog_name="marketplace", standalone_mode=False, obj=info))
    sys.exit(status)


def _run(command: Callable[[], Any]) -> int:
    try:
        return int(command() or 0)
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except click.Abort:
        click.echo("Stopped. Run the same command again to go on.", err=True)
        return 130
    except (NotSetUp, Refused) as problem:
        click.echo(str(problem), err=True)
        return 1
    except (OperationalError, ProgrammingError) as problem:
        if _tables_are_missing(problem):
            click.echo("The database has no tables yet. Run `marketplace db upgrade` first.", err=True)
        elif will_pass(problem):
            click.echo("Others were writing to the database all the while. Run the same again.", err=True)
        elif isinstance(problem, OperationalError):
            click.echo(f"The database cannot be used: {str(problem.orig).strip()}", err=True)
        else:
            raise
        return 1


def _tables_are_missing(problem: DBAPIError) -> bool:
    return type(problem.orig).__name__ == "UndefinedTable" or "no such table" in str(problem.orig)
