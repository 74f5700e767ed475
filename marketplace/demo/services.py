"""Loading the demo: a place, its people, what they put up, and what came of it."""

from datetime import datetime

from flask import current_app
from sqlalchemy import update

from marketplace import outbox
from marketplace.accounts.services import HASHER
from marketplace.demo import queries, reading, writing
from marketplace.demo.answers import answer_matches
from marketplace.demo.looking import look_around
from marketplace.demo.past import Past, moment, nothing_follows
from marketplace.demo.people import PASSWORD, demo_people
from marketplace.demo.story import Story
from marketplace.demo.writing import Board
from marketplace.digests import running as digests
from marketplace.discovery import services as discovery
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.mail.models import MailMessage
from marketplace.matching import running
from marketplace.places import services as place_services
from search.engine import SearchEngine

OPENED_DAYS_AGO = 250  # the marketplace itself, before the first organisation
SALT = b"durham-demo-salt"  # the password is printed on a page: this only keeps two loads alike


def load(*, now: datetime) -> bool:
    """Write the whole demo into this transaction, so that it is there when it commits or not at all.

    Returns False, with nothing done, where it is there already. Raises `Refused` where it would be mixed
    with real organisations.
    """
    if queries.is_loaded():
        return False
    if queries.has_real_organisations():
        raise Refused(
            "This database holds real organisations, and the demo is not mixed with them."
            " Set DATA_DIR (and DATABASE_URL, if you use it) to another, and load the demo there."
        )
    session = db.session()
    with nothing_follows(session) as past:
        board = _open_board(past, now)
        story = Story(board, now=now)
        story.gather(reading.organisations())
        story.tell(past)
        _match(past, now)
        answer_matches(past, now=now)
    look_around(now)
    db.session.execute(
        update(MailMessage)
        .where(MailMessage.sent_at.is_(None), MailMessage.refused_at.is_(None))
        .values(sent_at=MailMessage.created_at)
    )
    with nothing_follows(session, letters_leave=True) as today:
        today.tell(now, _write_digests)
    return True


def finish() -> None:
    """What follows the commit: the index, and the letters of today. Safe to run again."""
    engine: SearchEngine = current_app.extensions["search"]
    if engine.health().documents != queries.public_documents():
        discovery.rebuild()
    outbox.drain()


def _open_board(past: Past, now: datetime) -> Board:
    """The place, and the convener who keeps it."""

    def open_it(at: datetime) -> Board:
        place = place_services.add_place(is_demo=True)
        place.is_demo = True  # it may have been added before, without organisations
        board = Board(
            place=place,
            wards=place_services.ward_map(),
            password_hash=HASHER.hash(PASSWORD, salt=SALT),
            today=now.date(),
        )
        for person in demo_people():
            if not person.organisation_key:
                user = writing.sign_up(board, person, at=at)
                board.convener = user if person.is_convener else board.convener
        return board

    return past.tell(moment("opening", OPENED_DAYS_AGO, now), open_it)


def _match(past: Past, now: datetime) -> None:
    """Who fits what, as `match run` finds it."""
    counts = running.Counts()
    for _ in (
        *running.renew_readings(now),
        *running.run(now, counts=counts),
        *running.finish(now, counts=counts),
    ):
        past.session.flush()


def _write_digests(now: datetime) -> None:
    """The digests of this period, for everybody who is due one."""
    digests.everybody(now)
