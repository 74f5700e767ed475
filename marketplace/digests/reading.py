"""Reading a digest before it is written, and how those of a day stand."""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import func, select

from marketplace.accounts.models import User
from marketplace.digests import running
from marketplace.digests.links import LASTS, Links
from marketplace.digests.models import Digest
from marketplace.digests.queries import Person
from marketplace.digests.running import TEMPLATE, Means, Written
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.mail import writing
from marketplace.mail.models import MailMessage, MailRun, Stream
from marketplace.web import words


def of(person: str, using: Means) -> str:
    """Subject and text of what this person would get now, whenever they are next due one."""
    user = _known(person)
    written = running.choose_for([Person(user)], using)
    if not written:
        return f"{user.name} gets no digest today: enough letters went there, or they want none."
    if written[0].choice is None:
        return f"Nothing is worth writing to {user.name} about today."
    return rendered(written[0], using)


def rendered(written: Written, using: Means) -> str:
    """The letter as text; its links are too old to be used: answering is for whoever is written to."""
    past = replace(using, links=Links(using.day - LASTS - timedelta(days=1)))
    draft = running.draft(written, running.facts_of([written]), past)
    given = writing.context(
        draft.words, stream=Stream.DIGEST, unsubscribe_url=writing.link(draft.unsubscribe_url), reply_to=""
    )
    text, _ = writing.bodies(TEMPLATE, given | {"subject": draft.subject})
    return f"To: {draft.address}\nSubject: {draft.subject}\n\n{text}"


def _known(person: str) -> User:
    wanted = User.id == int(person) if person.isdecimal() else User.email == person.strip().lower()
    user = db.session.scalar(select(User).where(wanted))
    if user is None:
        raise Refused("There is nobody with this number or address.")
    return user


def run_of(day: date) -> MailRun | None:
    """The run of that day, if there is one."""
    return db.session.scalar(select(MailRun).where(MailRun.stream == Stream.DIGEST, MailRun.day == day))


def standing(day: date) -> list[str]:
    """How the digests of a day stand, in a few lines."""
    run = run_of(day)
    if run is None:
        return [f"Digests of {words.day(day)}: not begun."]
    state = "called off" if run.cancelled_at else "ended" if run.ended_at else "under way"
    row = db.session.execute(
        select(
            func.count(MailMessage.id),
            func.count(MailMessage.sent_at),
            func.count(MailMessage.refused_at),
            func.count(MailMessage.dropped_at),
            func.count(MailMessage.held_at),
        ).where(MailMessage.run_id == run.id)
    ).one()
    written, sent, refused, dropped, held = row
    nothing = db.session.scalar(
        select(func.count()).select_from(Digest).where(Digest.created_at >= run.began_at, Digest.held != "")
    )
    return [
        f"Digests of {words.day(day)}: {state}.",
        f"chosen: {'everybody' if run.chosen_at else f'up to person {run.chosen_to}'}",
        f"letters {written}, sent {sent}, refused {refused}, dropped {dropped}, held {held}, "
        f"waiting {written - sent - refused - dropped}",
        f"nothing worth writing about: {nothing}",
    ]
