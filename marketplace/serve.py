"""Web pages and background work, in one process or apart."""

import gc
import logging
import signal
import sys
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from huey.consumer import Consumer

from marketplace import clock
from marketplace.config import Settings
from marketplace.demo import queries
from marketplace.demo.cli import load_demo
from marketplace.discovery import jobs as indexing
from marketplace.discovery import services as discovery
from marketplace.errors import NotSetUp
from marketplace.extensions import db
from marketplace.places import queries as places
from marketplace.setup import bring_up_to_date
from marketplace.web import logs

THREADS = 8
JOBS_AT_ONCE = 2  # beside the pages: one may be long, such as building an index
TURN = 0.001  # seconds a thread may go on while others wait


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, help="The port to listen on.")
@click.option("--no-worker", is_flag=True, help="Serve pages only; run `marketplace worker` beside it.")
@click.option("--demo", is_flag=True, help="First make the tables, and load the demo where nothing is yet.")
@with_appcontext
def serve(host: str, port: int, no_worker: bool, demo: bool) -> None:
    """Serve the pages, and do the background work, until stopped with Ctrl+C."""
    import waitress

    if demo:
        _set_up()
    logs.to_stderr()
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # Flask's way past its proxy
    name = _look_round()  # before anything starts: without tables there is nothing to serve
    discovery.warm_up()
    settle_down()
    try:
        server = waitress.create_server(app, host=host, port=port, threads=THREADS, ident=None)
    except OSError:
        raise NotSetUp(f"Port {port} is taken. Stop what uses it, or choose another with --port.") from None
    consumer = None if no_worker else _start_worker(app.extensions["huey"])
    click.echo(f"{app.config['SITE_NAME']}{' of ' + name if name else ''} is at http://{host}:{port}")
    click.echo("Stop it with Ctrl+C.")
    try:
        server.run()  # it takes Ctrl+C and SIGTERM as the word to stop
    finally:
        click.echo("Stopping.")
        server.close()
        if consumer is not None:
            consumer.stop(graceful=True)


def settle_down() -> None:
    """What a process does before it begins to answer, so that its threads hold each other up less.

    What is loaded by now stays, so nobody looks through it for rubbish again and again. And whoever has the
    database's one turn to write gets on sooner after each of its answers, for all the others wait for it.
    """
    gc.freeze()
    sys.setswitchinterval(TURN)


def _set_up() -> None:
    """What a first start needs; on later ones there is next to nothing to do."""
    bring_up_to_date()
    if queries.has_real_organisations():
        return
    load_demo(clock.now())


@click.command("worker")
@click.option("--threads", default=2, show_default=True, help="How many jobs at once.")
@with_appcontext
def worker(threads: int) -> None:
    """Do the background work only, until stopped with Ctrl+C."""
    logs.to_stderr()
    settings: Settings = current_app.config["SETTINGS"]
    _look_round()  # without tables there is nothing to work on
    settle_down()
    click.echo(f"Working on the queue in {settings.redis_url or settings.data_dir}. Stop it with Ctrl+C.")
    _consumer(current_app.extensions["huey"], threads).run()


def _look_round() -> str:
    """The place's name; on the way, has an index healed that an upgrade or a mishap left behind."""
    place = places.current()
    name = place.name if place else ""
    if not discovery.is_in_step():
        indexing.heal_soon()
    db.session.remove()  # this thread asks no more; nothing of its reading stays open while we serve
    return name


def _start_worker(huey: Any) -> Consumer:
    """Huey's threads beside the web server's; stopping is the web server's to decide."""
    consumer = _consumer(huey, JOBS_AT_ONCE)
    consumer.start()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _stop)
    logging.getLogger("huey").setLevel(logging.WARNING)
    return consumer


def _stop(_signal: int, _frame: object) -> None:
    raise SystemExit(0)


def _consumer(huey: Any, threads: int) -> Consumer:
    return huey.create_consumer(
        workers=threads,
        worker_type="thread",
        periodic=True,
        initial_delay=0.05,
        max_delay=0.2,  # what is committed is to be found within a second
        check_worker_health=True,
    )
