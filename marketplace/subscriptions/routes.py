"""Which letters come, and stopping them: from the links in letters, without signing in, or signed in.

GET changes nothing, because mail scanners follow every link. Stopping takes a POST from anybody who holds the
link (RFC 8058): no session, no token of a form, no redirect, and as often as it is sent.
"""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.access import current_person, public, requires
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import csrf, db, limiter
from marketplace.mail.models import Stream, Why
from marketplace.mail.writing import link
from marketplace.subscriptions import queries, services, tokens
from marketplace.subscriptions.forms import PreferencesForm
from marketplace.subscriptions.tokens import BadToken

bp = Blueprint("subscriptions", __name__, url_prefix="/letters")

LETTERS = {  # what a stream is called to the people who get it
    Stream.DIGEST: "letters about new matches",
    Stream.NEWS: "letters about what you put up, promised or answered",
    Stream.SUMMARY: "monthly summaries",
    Stream.TO_DO: "daily lists of what waits for the convener",
}
ONE_CLICK = "One-Click"  # the one value of List-Unsubscribe that a mail program sends


def _is_signed() -> bool:
    """Whether the link is one of ours: mailbox providers come from few addresses, and must never wait."""
    try:
        tokens.read_stop(str((request.view_args or {}).get("token", "")))
    except BadToken:
        return False
    return True


guessing = limiter.limit("60 per minute", exempt_when=_is_signed)
guarded = limiter.limit("30 per minute", methods=["POST"])


@bp.route("", methods=["GET", "POST"])
@guarded
@requires("account.manage")
def preferences() -> ResponseReturnValue:
    return _page(current_person().user, url_for(".preferences"))


@bp.route("/<token>", methods=["GET", "POST"])
@guarded
@public
def by_link(token: str) -> ResponseReturnValue:
    """The same page for whoever holds the link of a letter."""
    try:
        user = tokens.read_preferences(token)
    except BadToken as problem:
        return render_template("subscriptions/old_link.html", words=str(problem)), 404
    return _page(user, url_for(".by_link", token=token))


@bp.get("/stop/<token>")
@guessing
@public
def stop(token: str) -> ResponseReturnValue:
    """One button, which changes nothing until it is pressed."""
    _, stream = _stopped_by(token)
    return render_template("subscriptions/stop.html", letters=LETTERS[stream], token=token)


@bp.post("/stop/<token>")
@csrf.exempt
@guessing
@public
def stop_now(token: str) -> ResponseReturnValue:
    """Stop them, whoever asks and however often. Also where List-Unsubscribe-Post leads."""
    user_id, stream = _stopped_by(token)
    user = db.session.get(User, user_id)
    if user is not None:
        program = request.form.get("List-Unsubscribe") == ONE_CLICK and "pressed" not in request.form
        services.stop(user, stream, source="one click" if program else "letter", now=clock.now())
        db.session.commit()
    page_of_letters = services.preferences_url(user) if user is not None else ""
    return render_template(
        "subscriptions/stopped.html", letters=LETTERS[stream], page_of_letters=page_of_letters
    )


@bp.app_template_filter("page_of_letters")
def page_of_letters(unsubscribe_url: str) -> str:
    """For letters: the page of the person whose letters this address of ours stops; otherwise empty."""
    try:
        user_id, _ = tokens.read_stop(unsubscribe_url.rpartition("/stop/")[2])
    except BadToken:
        return ""
    return link(url_for("subscriptions.by_link", token=tokens.preferences_token(user_id)))


def _stopped_by(token: str) -> tuple[int, Stream]:
    try:
        return tokens.read_stop(token)
    except BadToken:
        abort(404)


def _page(user: User, here: str) -> ResponseReturnValue:
    form = PreferencesForm.of(user)
    if request.method == "POST" and request.form.get("do"):
        _pressed(user, request.form["do"])
        return redirect(here)
    if form.validate_on_submit():
        services.save(user, form.wishes(), now=clock.now())
        db.session.commit()
        flash("Saved. It holds from the next letter on.", "done")
        return redirect(here)
    page = render_template(
        "subscriptions/preferences.html",
        form=form,
        here=here,
        masked=_masked(user.email),
        user=user,
        suppressed=queries.suppressions_of(user),
        letters_of=LETTERS,
        is_unsubscribed=Why.UNSUBSCRIBED,
    )
    return page, 422 if form.errors else 200


def _pressed(user: User, button: str) -> None:
    """Do what a button beside the form says."""
    if button not in BUTTONS:
        abort(400)
    try:
        if button == "stop all":
            services.stop_all(user, now=clock.now())
        elif button == "as before":
            services.have_back(user, now=clock.now())
        else:
            services.lift(user, request.form.get("stream", ""), now=clock.now())
    except Refused as refusal:
        flash(refusal.message, "problem")
        return
    db.session.commit()
    flash(BUTTONS[button], "done")


BUTTONS = {  # what was done, when one of them was pressed
    "stop all": "Stopped. Only what you ask for yourself still comes, such as a link for a new password.",
    "as before": "Saved. We write as often as before.",
    "again": "Saved. These letters come again.",
}


def _masked(address: str) -> str:
    """“m…@hall.example”: enough to know one’s own by, for pages that open without signing in."""
    name, _, host = address.partition("@")
    return f"{name[:1]}…@{host}"
