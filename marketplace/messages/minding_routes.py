"""Reporting a message, and the convener’s list of what was reported."""

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import clock
from marketplace.access import requires
from marketplace.errors import Refused
from marketplace.extensions import db, limiter
from marketplace.messages import minding, queries
from marketplace.messages.forms import ReportForm, SettleForm
from marketplace.messages.minding import REASON_WORDS, ReportReason
from marketplace.messages.models import Message, MessageReport

bp = Blueprint("minding", __name__)


@bp.route("/messages/<int:message_id>/report", methods=["GET", "POST"])
@limiter.limit("20 per hour", methods=["POST"])
@requires("message.report", Message)
def report(message: Message) -> ResponseReturnValue:
    form = ReportForm()
    if form.validate_on_submit():
        try:
            minding.report(
                message,
                ReportReason(form.reason.data),
                form.words.data or "",
                actor=current_user,
                now=clock.now(),
            )
        except Refused as refusal:
            db.session.rollback()
            form.reason.errors = [refusal.message]
        else:
            address = url_for("messages.show", thread_id=message.thread_id)
            db.session.commit()
            flash("Thank you. The convener looks at it and writes to you.", "done")
            return redirect(address)
    page = render_template("messages/report.html", form=form, message=message)
    return page, 422 if form.errors else 200


@bp.get("/convener/reports")
@requires("report.list")
def reports() -> ResponseReturnValue:
    return _page()


@bp.post("/convener/reports/<int:messagereport_id>/hide")
@requires("report.settle", MessageReport)
def hide(messagereport: MessageReport) -> ResponseReturnValue:
    return _settle(messagereport, minding.hide, "Taken away. Both sides know why.")


@bp.post("/convener/reports/<int:messagereport_id>/keep")
@requires("report.settle", MessageReport)
def keep(messagereport: MessageReport) -> ResponseReturnValue:
    return _settle(messagereport, minding.keep, "Kept. Both sides know why.")


def _settle(row: MessageReport, verb: Callable[..., None], done: str) -> ResponseReturnValue:
    form = SettleForm(prefix=_prefix(row))
    if not form.validate_on_submit():
        return _page({row.id: form}), 422
    try:
        verb(row, form.words.data, actor=current_user, now=clock.now())
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "problem")
    else:
        db.session.commit()
        flash(done, "done")
    return redirect(url_for(".reports"))


def _page(sent: Mapping[int, SettleForm] | None = None) -> str:
    """Every open report with a form of its own; one that was `sent` says what is wrong in it."""
    waiting = queries.open_reports()
    forms = {row.id: SettleForm(prefix=_prefix(row), formdata=None) for row in waiting} | dict(sent or {})
    wrong = next(iter(sent.values())) if sent else None
    return render_template(
        "messages/reports.html", reports=waiting, forms=forms, wrong=wrong, reasons=REASON_WORDS
    )


def _prefix(row: MessageReport) -> str:
    """Sets the fields of one form on the page apart from those of the others."""
    return f"r{row.id}"
