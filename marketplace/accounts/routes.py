"""Signing up, in and out."""

import re

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from marketplace import clock
from marketplace.access import current_person, forget_person, public, requires
from marketplace.accounts import services
from marketplace.accounts.forms import ForgotForm, ResetForm, SignInForm, SignUpForm
from marketplace.errors import Refused
from marketplace.extensions import db, limiter

bp = Blueprint("accounts", __name__)

# One slash and no second: browsers read “//”, “///” and “/\” as another site, and skip control characters.
_OURS = re.compile(r"/(?![/\\])[^\\\x00-\x1f]*")

guarded = limiter.limit("20 per minute; 100 per hour", methods=["POST"])


@bp.route("/sign-up", methods=["GET", "POST"])
@guarded
@public
def sign_up() -> ResponseReturnValue:
    form = SignUpForm()
    if wanted := _wanted(request.args.get("next")):
        session["after_sign_up"] = wanted
    if form.validate_on_submit():
        services.sign_up(
            name=form.name.data,
            email=form.email.data,
            password=form.password.data,
            no_letters=form.no_letters.data,
            now=clock.now(),
        )
        db.session.commit()
        session["check_for"] = "confirm"
        return redirect(url_for(".check_email"))
    return render_template("accounts/sign_up.html", form=form), 422 if form.errors else 200


@bp.get("/check-your-email")
@public
def check_email() -> ResponseReturnValue:
    return render_template(
        "accounts/check_email.html",
        purpose=session.get("check_for", "confirm"),
        letters_are_files=current_app.config["SETTINGS"].mail_url.startswith("files:"),
    )


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@guarded
@public
def confirm(token: str) -> ResponseReturnValue:
    """A page with a button: link scanners that open every link in a letter change nothing."""
    if request.method == "GET":
        return render_template("accounts/confirm.html")
    try:
        user = services.confirm(token, now=clock.now())
    except Refused as refusal:
        flash(refusal.message, "problem")
        return redirect(url_for(".forgot"))
    db.session.commit()
    _enter(user, remember=False)
    flash("Your address is confirmed. Welcome.", "done")
    return redirect(_wanted(session.pop("after_sign_up", "")) or url_for("desk.index"))


@bp.route("/sign-in", methods=["GET", "POST"])
@guarded
@public
def sign_in() -> ResponseReturnValue:
    form = SignInForm(next=request.args.get("next", ""))
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(_wanted(form.next.data) or url_for("desk.index"))
    if form.validate_on_submit():
        try:
            user = services.check_password(form.email.data, form.password.data)
        except Refused as refusal:
            form.email.errors = [*form.email.errors, refusal.message]
        else:
            db.session.commit()
            _enter(user, remember=form.remember.data)
            return redirect(_wanted(form.next.data) or url_for("desk.index"))
    return render_template("accounts/sign_in.html", form=form), 422 if form.errors else 200


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    session.clear()
    logout_user()  # after the clearing: it leaves a note in the session to drop the cookie that remembers
    forget_person()
    flash("You are signed out.", "done")
    return redirect(url_for("home.index"))


@bp.route("/forgotten-password", methods=["GET", "POST"])
@guarded
@public
def forgot() -> ResponseReturnValue:
    form = ForgotForm()
    if form.validate_on_submit():
        services.ask_reset(form.email.data, now=clock.now())
        db.session.commit()
        session["check_for"] = "reset"
        return redirect(url_for(".check_email"))
    return render_template("accounts/forgot.html", form=form), 422 if form.errors else 200


@bp.route("/reset-password/<token>", methods=["GET", "POST"])
@guarded
@public
def reset(token: str) -> ResponseReturnValue:
    form = ResetForm()
    if form.validate_on_submit():
        try:
            services.reset_password(token, form.password.data)
        except Refused as refusal:
            flash(refusal.message, "problem")
            return redirect(url_for(".forgot"))
        db.session.commit()
        flash("Your new password is set. Sign in with it.", "done")
        return redirect(url_for(".sign_in"))
    return render_template("accounts/reset.html", form=form), 422 if form.errors else 200


@bp.get("/accounts/switch")
@requires("account.manage")
def switch() -> ResponseReturnValue:
    return render_template("accounts/switch.html", memberships=current_person().memberships)


@bp.post("/accounts/switch/<int:organisation_id>")
@requires("account.manage")
def switch_to(organisation_id: int) -> ResponseReturnValue:
    theirs = {each.organisation_id: each.organisation for each in current_person().memberships}
    if organisation_id not in theirs:
        abort(404)
    session["acting_for"] = organisation_id
    flash(f"You are acting for {theirs[organisation_id].name}.", "done")
    return redirect(url_for("desk.index"))


def _enter(user: object, *, remember: bool) -> None:
    """Sign in with a fresh session, so that one planted before cannot be used after."""
    kept = {name: session[name] for name in ("after_sign_up",) if name in session}
    session.clear()
    session.update(kept)
    login_user(user, remember=remember)
    forget_person()


def _wanted(address: str | None) -> str:
    """Where they were going, if that is a page of ours."""
    return address if address and _OURS.fullmatch(address) else ""
