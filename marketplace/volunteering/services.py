"""Verbs about coming along: taking a place, giving it back, being reminded, and saying whether one came."""

from datetime import date, datetime, timedelta

from flask import url_for
from sqlalchemy import update

from marketplace import audit, mail
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db, rows_changed
from marketplace.pledges import days, moves
from marketplace.pledges.models import Delivery, DeliveryStatus, Pledge
from marketplace.teams import queries as team
from marketplace.teams import services as teams
from marketplace.teams.models import Part
from marketplace.volunteering import queries
from marketplace.volunteering.models import SignUp
from marketplace.web import words

AT_ONCE = 200  # letters written in one transaction
ASKED_FOR = timedelta(days=5)  # how long after it we ask whether they came


def join(delivery: Delivery, *, actor: User, now: datetime) -> SignUp:
    """Take a place. Pressing twice takes one; there are never more people than places.

    The pledge is held until the commit, so that places are counted one person after another.
    """
    if team.membership_of(delivery.pledge.giver_id, actor) is None:
        raise Refused(f"Only people of {delivery.pledge.giver.name} sign up for this.")
    moves.hold(delivery.pledge)
    if not queries.takes_people(delivery) or _has_been(delivery, now):
        raise Refused("Nobody can sign up for this any more.")
    sign_up = queries.place_of(actor.id, delivery.id)
    if sign_up is not None and sign_up.withdrawn_at is None:
        return sign_up
    if queries.left(delivery, queries.number_signed_up(delivery.id)) == 0:
        raise Refused("Every place is taken. Look again later: somebody may give theirs back.")
    if sign_up is None:
        sign_up = SignUp(delivery_id=delivery.id, user_id=actor.id)
        db.session.add(sign_up)
    sign_up.signed_up_at, sign_up.withdrawn_at, sign_up.reminded_at = now, None, None
    audit.record("sign_up.made", sign_up, actor=actor)
    return sign_up


def take_back(sign_up: SignUp, *, actor: User, now: datetime) -> None:
    """Give the place back, so that somebody else can have it. Pressing twice is once."""
    if _has_been(sign_up.delivery, now):
        raise Refused("The day has been. Say whether you came instead.")
    gone = rows_changed(
        update(SignUp).where(SignUp.id == sign_up.id, SignUp.withdrawn_at.is_(None)).values(withdrawn_at=now)
    )
    db.session.refresh(sign_up)
    if gone:
        audit.record("sign_up.taken_back", sign_up, actor=actor)


def set_places(delivery: Delivery, places: int | None, *, actor: User, now: datetime) -> None:
    """Say how many of the giver’s people can come (None: as many as like); never fewer than signed up."""
    teams.must(Part.PLEDGE, delivery.pledge.giver_id, actor)
    moves.hold(delivery.pledge)
    if not queries.takes_people(delivery):
        raise Refused("Nobody can sign up for this any more.")
    taken = queries.number_signed_up(delivery.id)
    if places is not None and places < taken:
        raise Refused(f"{words.count(taken, 'person', 'people')} signed up already.", field="places")
    if delivery.due_on is not None:  # the charity said how many it can host in a week
        line = delivery.pledge.quantity_row
        days.check_room(line, [delivery.due_on], helpers=places or max(taken, 1), but=delivery.pledge)
    delivery.places = places
    audit.record("delivery.places_set", delivery, actor=actor, places=places)


def say(sign_up: SignUp, came: bool, *, actor: User, now: datetime) -> None:
    """Say whether they came: they themselves, or their team. The last word stands."""
    if sign_up.withdrawn_at is not None:
        raise Refused("This place was given back before the day.")
    due_on = sign_up.delivery.due_on
    if due_on is not None and due_on > now.date():
        raise Refused(f"It is on {words.day(due_on)}. Say so once it has been.")
    sign_up.came, sign_up.came_at = came, now
    audit.record("sign_up.came" if came else "sign_up.did_not_come", sign_up, actor=actor)


def remind(*, now: datetime) -> int:
    """Write to everybody who comes to something tomorrow, or today if they signed up late; how many.

    Safe to run again: a row knows that it was reminded. Some at a time; call until it says 0.
    """
    today = now.date()
    people = queries.to_remind(today, today + timedelta(days=1), limit=AT_ONCE)
    for sign_up in people:
        _write("signup_reminder", sign_up, key=f"{sign_up.id}:{sign_up.delivery.due_on}", now=now)
        sign_up.reminded_at = now
    return len(people)


def ask(*, now: datetime) -> int:
    """Ask everybody who had a place yesterday, or in the days before, whether they came; each once."""
    today = now.date()
    people = queries.to_ask(today - ASKED_FOR, today - timedelta(days=1))
    for sign_up in people:
        _write("did_you_come", sign_up, key=f"{sign_up.id}", now=now)
    return len(people)


def changed(pledge: Pledge, *, now: datetime) -> None:
    """Other days were agreed, or it is off: tell those who meant to come, and remind them anew."""
    for sign_up in queries.signed_up_to(pledge):
        delivery, agreed_at = sign_up.delivery, pledge.scheduled_at
        if delivery.status is DeliveryStatus.CALLED_OFF:
            _write("signup_off", sign_up, key=f"{sign_up.id}:{delivery.due_on}", now=now)
        elif queries.takes_people(delivery) and agreed_at is not None and sign_up.signed_up_at < agreed_at:
            _write("signup_moved", sign_up, key=f"{sign_up.id}:{agreed_at.isoformat()}", now=now)
            sign_up.reminded_at = None


def _has_been(delivery: Delivery, now: datetime) -> bool:
    return delivery.due_on is not None and delivery.due_on < now.date()


def _write(letter: str, sign_up: SignUp, *, key: str, now: datetime) -> None:
    delivery, pledge = sign_up.delivery, sign_up.delivery.pledge
    mail.queue(
        letter, to_user=sign_up.user, now=now, key=f"{letter}:{key}",
        organisation_name=pledge.giver.name, other_name=pledge.receiver.name,
        listing_title=pledge.listing.title, town=pledge.listing.town, timing=pledge.timing,
        when=_when(delivery.due_on), url=url_for("volunteering.sign_up", signup_id=sign_up.id),
        calendar_url=mail.link(url_for("volunteering.calendar", delivery_id=delivery.id)),
    )  # fmt: skip


def _when(due_on: date | None) -> str:
    return f"{due_on:%A} {words.day(due_on)}" if due_on else "a day still to be agreed"
