"""How often we write."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import audit
from marketplace.access import requires
from marketplace.accounts.models import DigestFrequency
from marketplace.digests.forms import PreferencesForm
from marketplace.extensions import db

bp = Blueprint("digests", __name__, url_prefix="/digests")


@bp.route("/preferences", methods=["GET", "POST"])
@requires("account.manage")
def preferences() -> ResponseReturnValue:
    form = PreferencesForm(digest_frequency=current_user.digest_frequency.value)
    if form.validate_on_submit():
        current_user.digest_frequency = DigestFrequency(form.digest_frequency.data)
        audit.record("account.digest_changed", current_user, actor=current_user)
        db.session.commit()
        flash("Saved.", "done")
        return redirect(url_for("desk.index"))
    return render_template("digests/preferences.html", form=form), 422 if form.errors else 200
