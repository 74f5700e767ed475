"""Saying thank you in public, and taking that down again."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import clock
from marketplace.access import requires
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.files import services as files
from marketplace.files.models import File
from marketplace.files.receiving import takes_files
from marketplace.pledges import lists, services, viewing
from marketplace.pledges.models import Pledge, Story
from marketplace.pledges.move_forms import ThankForm

bp = Blueprint("pledges_thanking", __name__)


@bp.route("/pledges/<int:pledge_id>/thank", methods=["GET", "POST"])
@takes_files()
@requires("pledge.receive", Pledge)
def thank(pledge: Pledge) -> ResponseReturnValue:
    if lists.story_of(pledge) is not None or not viewing.something_came(pledge):
        flash("You can say thank you once, when something of it has come.", "problem")
        return redirect(url_for("pledges.show", pledge_id=pledge.id))
    form = ThankForm()
    if form.validate_on_submit():
        try:
            services.thank(
                pledge,
                form.words.data,
                form.said_by.data or "",
                file=_photo(form, pledge),
                actor=current_user._get_current_object(),
                now=clock.now(),
            )
        except Refused as refusal:
            db.session.rollback()
            form.refuse(refusal.message, refusal.field)
        else:
            db.session.commit()
            flash(f"Thank you. {pledge.giver.name} and everybody else can read it.", "done")
            return redirect(url_for("pledges.show", pledge_id=pledge.id))
    page = render_template("pledges/thank.html", form=form, pledge=pledge)
    return page, 422 if form.errors else 200


def _photo(form: ThankForm, pledge: Pledge) -> File | None:
    """The picture; whoever reads the story may see it."""
    for checked in form.file.checked:
        actor = current_user._get_current_object()
        return files.store(
            checked, organisation=pledge.receiver, actor=actor, now=clock.now(), images_only=True
        )
    return None


@bp.post("/stories/<int:story_id>/take-down")
@requires("story.take_down", Story)
def take_down(story: Story) -> ResponseReturnValue:
    try:
        services.take_down_story(story, actor=current_user._get_current_object(), now=clock.now())
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "problem")
    else:
        db.session.commit()
        flash("Taken down. Nobody else reads it any more.", "done")
    return redirect(url_for("pledges.show", pledge_id=story.pledge_id))
