"""The page of a pledge, and what each button on it does around its verb: the old page, the no, the commit."""

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import clock
from marketplace.access import current_person
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.pledges import viewing
from marketplace.pledges.models import Delivery, End, Pledge
from marketplace.pledges.move_forms import MoveForm, PlainForm
from marketplace.pledges.viewing import PledgePage

CHANGED_MEANWHILE = 409
WRONG = 422
OF_TERMS = frozenset({"approve", "accept", "agree"})  # a yes to what was read, and to nothing else
CHANGED = "Something changed since you opened this page. Read it again, then choose."
Verb = Callable[..., object]  # verb(actor=, now=)


def end_of(pledge: Pledge) -> End | None:
    """Which end this person speaks for: the one they act for now, or else the one they belong to."""
    person = current_person()
    acting = person.acting_for.id if person.acting_for else None
    for end in sorted(End, key=lambda each: pledge.organisation_id_of(each) != acting):
        if person.belongs_to(pledge.organisation_id_of(end)):
            return end
    return None


def own_end(pledge: Pledge) -> End:
    """As `end_of`, for a move that only the two ends have."""
    return end_of(pledge) or abort(404)


def page(pledge: Pledge, *, delivery: Delivery | None = None) -> str:
    """The page of a pledge as it is now, for whoever asks."""
    return _drawn(viewing.page_of(pledge, end_of(pledge), delivery=delivery, actor=_actor(), now=clock.now()))


def plain(
    pledge: Pledge, move: str, verb: Verb, done: str, *, delivery: Delivery | None = None
) -> ResponseReturnValue:
    """As `made`, for a move that is only its button."""
    return made(pledge, PlainForm(move), verb, done, delivery=delivery)


def made(
    pledge: Pledge, form: MoveForm, verb: Verb, done: str, *, delivery: Delivery | None = None
) -> ResponseReturnValue:
    """Make a move and go to the page; or show the page as it is now, with what was typed.

    A move that was made already, as by pressing twice, is done. One that can no longer be made is a 409 that
    says what changed; so is a yes to terms that were others when they were read.
    """
    end, seen = end_of(pledge), form.version.data or str(pledge.version)
    form.about(pledge, delivery, end)
    if form.validate_on_submit():
        before = pledge.version
        try:
            verb(actor=_actor(), now=clock.now())
            if form.move in OF_TERMS and seen != str(before) and pledge.version != before:
                raise Refused(CHANGED)
        except Refused as refusal:
            db.session.rollback()
            form.refuse(refusal.message, refusal.field)
        else:
            db.session.commit()
            flash(done, "done")
            return redirect(url_for("pledges.show", pledge_id=pledge.id))
    db.session.refresh(pledge)
    is_old = seen != str(pledge.version)
    shown = viewing.page_of(
        pledge, end, delivery=delivery, sent=form, is_old=is_old, actor=_actor(), now=clock.now()
    )
    return _drawn(shown, form), CHANGED_MEANWHILE if is_old else WRONG


def _drawn(shown: PledgePage, problem: MoveForm | None = None) -> str:
    return render_template("pledges/show.html", page=shown, pledge=shown.pledge, problem=problem)


def _actor() -> User:
    user: User = current_user._get_current_object()
    return user
