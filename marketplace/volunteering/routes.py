"""Coming along: what one has signed up to, what is open, who comes, and whether they came."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import clock
from marketplace.access import current_person, requires
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.pledges.models import Delivery
from marketplace.volunteering import calendars, queries, services
from marketplace.volunteering.forms import PlacesForm
from marketplace.volunteering.models import SignUp

bp = Blueprint("volunteering", __name__)

SLOTS_ON_A_PAGE = 20
HIGHEST_ID = 2**31 - 1  # what the databases hold


@bp.get("/volunteering")
@requires("signup.list")
def index() -> ResponseReturnValue:
    person, today = current_person(), clock.today()
    found = queries.Page([], None)
    if person.acting_for is not None:
        found = queries.open_for(
            person.acting_for, person.user, today=today, after=_after(), limit=SLOTS_ON_A_PAGE
        )
    return render_template(
        "volunteering/index.html",
        coming=queries.coming(person.user, today=today),
        been=queries.been(person.user, today=today),
        found=found,
        first_page=_after() is None,
    )


@bp.post("/deliveries/<int:delivery_id>/join")
@requires("delivery.join", Delivery)
def join(delivery: Delivery) -> ResponseReturnValue:
    try:
        services.join(delivery, actor=current_user, now=clock.now())
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "problem")
    else:
        db.session.commit()
        flash("You have a place. We remind you the day before.", "done")
    return redirect(_back() or url_for(".index"))


@bp.post("/sign-ups/<int:signup_id>/take-back")
@requires("signup.take_back", SignUp)
def take_back(signup: SignUp) -> ResponseReturnValue:
    try:
        services.take_back(signup, actor=current_user, now=clock.now())
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "problem")
    else:
        db.session.commit()
        flash("Your place is free again. Thank you for saying so.", "done")
    return redirect(_back() or url_for(".index"))


@bp.get("/sign-ups/<int:signup_id>")
@requires("signup.say", SignUp)
def sign_up(signup: SignUp) -> ResponseReturnValue:
    """What the letters lead to: when and where it is; afterwards, “did you come?”."""
    delivery = signup.delivery
    return render_template(
        "volunteering/sign_up.html",
        sign_up=signup,
        delivery=delivery,
        pledge=delivery.pledge,
        has_been=delivery.due_on is not None and delivery.due_on < clock.today(),
        takes_people=queries.takes_people(delivery),
        mine=signup.user_id == current_user.id,
    )


@bp.post("/sign-ups/<int:signup_id>")
@requires("signup.say", SignUp)
def say(signup: SignUp) -> ResponseReturnValue:
    answer = request.form.get("came", "")
    if answer not in ("yes", "no"):
        abort(400)
    try:
        services.say(signup, answer == "yes", actor=current_user, now=clock.now())
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "problem")
    else:
        db.session.commit()
        flash("Thank you. Your team knows." if answer == "yes" else "Thank you for saying so.", "done")
    return redirect(_back() or url_for(".sign_up", signup_id=signup.id))


@bp.route("/deliveries/<int:delivery_id>/people", methods=["GET"])
@requires("delivery.see_who", Delivery)
def people(delivery: Delivery) -> ResponseReturnValue:
    return _people(delivery, PlacesForm.of(delivery))


@bp.post("/deliveries/<int:delivery_id>/people")
@requires("delivery.join", Delivery)
def places(delivery: Delivery) -> ResponseReturnValue:
    form = PlacesForm.of(delivery)
    if form.validate_on_submit():
        try:
            services.set_places(delivery, form.places.data, actor=current_user, now=clock.now())
        except Refused as refusal:
            db.session.rollback()
            form.places.errors = [refusal.message]
        else:
            db.session.commit()
            flash("Saved how many can come.", "done")
            return redirect(url_for(".people", delivery_id=delivery.id))
    return _people(delivery, form), 422


@bp.get("/deliveries/<int:delivery_id>/calendar.ics")
@requires("delivery.see_who", Delivery)
def calendar(delivery: Delivery) -> ResponseReturnValue:
    if delivery.due_on is None:
        abort(404)
    url = url_for("pledges.show", pledge_id=delivery.pledge_id, _external=True)
    text = calendars.entry(delivery, url=url, host=urlsplit(url).hostname or "localhost", now=clock.now())
    response = Response(text, mimetype=calendars.MEDIA_TYPE)
    response.headers.set("Content-Disposition", "attachment", filename=f"day-{delivery.id}.ics")
    return response


def _people(delivery: Delivery, form: PlacesForm) -> str:
    who = queries.signed_up(delivery)
    return render_template(
        "volunteering/people.html",
        delivery=delivery,
        pledge=delivery.pledge,
        form=form,
        people=who,
        left=queries.left(delivery, len(who)),
        mine=next((each for each in who if each.user_id == current_user.id), None),
        goes=current_person().belongs_to(delivery.pledge.giver_id),
        takes_people=queries.takes_people(delivery),
        has_been=delivery.due_on is not None and delivery.due_on <= clock.today(),
        suggested=queries.suggested(delivery),
    )


def _after() -> int | None:
    """The delivery in the address that the page begins after, if it can be one."""
    number = request.args.get("after", type=int)
    return number if number is not None and 0 < number <= HIGHEST_ID else None


def _back() -> str:
    """Where the button was pressed: one of our own pages of a delivery, or nothing."""
    wanted = request.form.get("next", "")
    ours = wanted.startswith("/deliveries/") and wanted.endswith("/people")
    return wanted if ours else ""
