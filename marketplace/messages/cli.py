"""Answers by e-mail, handed over by a mail server of one’s own."""

import sys

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from marketplace import clock
from marketplace.extensions import db
from marketplace.messages import receiving
from marketplace.messages.incoming import LARGEST

TRY_AGAIN = 75  # EX_TEMPFAIL: a mail server keeps the letter and comes back


mail = AppGroup("mail", help="Take answers to our letters.")


@mail.command("receive")
@click.option("--to", "recipients", multiple=True, help="To whom the envelope is addressed.")
def receive(recipients: tuple[str, ...]) -> None:
    """Take one letter from standard input, as a mail server pipes it. Safe to run again."""
    raw = sys.stdin.buffer.read(LARGEST + 1)
    try:
        became = receiving.receive(raw, recipients=recipients, now=clock.now())
        db.session.commit()
    except DBAPIError as problem:
        click.echo(f"The database cannot be used just now: {type(problem.orig).__name__}", err=True)
        sys.exit(TRY_AGAIN)
    click.echo(became.value)
