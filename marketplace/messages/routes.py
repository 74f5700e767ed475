"""Conversations: the list, one of them, writing in it, and the way into a new one.

Looking at a conversation writes down how far its reader has come. That is no change of anybody’s
affairs, and a button takes it back; a page that a browser fetches ahead of time leaves no mark.
"""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import clock
from marketplace.access import current_person, requires
from marketplace.errors import Refused
from marketplace.extensions import db, limiter
from marketplace.files import services as files
from marketplace.files.receiving import takes_files
from marketplace.listings.models import Listing
from marketplace.messages import minding, queries, services, ties, viewing
from marketplace.messages.forms import MessageForm
from marketplace.messages.models import Message, Thread, ThreadReader
from marketplace.organisations.models import Organisation

bp = Blueprint("messages", __name__, url_prefix="/conversations")
bp.add_app_template_global(viewing.conversation)
bp.add_app_template_global(viewing.unread_conversations)

ON_A_PAGE = 20
MESSAGES_ON_A_PAGE = 50
HIGHEST_ID = 2**31 - 1  # what the databases hold

not_too_often = limiter.limit(
    "12 per minute; 120 per hour", methods=["POST"], key_func=lambda: f"user:{current_user.get_id()}"
)


@bp.get("")
@requires("thread.list")
def index() -> ResponseReturnValue:
    organisation = current_person().acting_for
    page = queries.page_of(organisation, current_user, after=request.args.get("after", ""), limit=ON_A_PAGE)
    return render_template("messages/index.html", organisation=organisation, page=page)


@bp.get("/<int:thread_id>")
@requires("thread.see", Thread)
def show(thread: Thread) -> ResponseReturnValue:
    reader = db.session.get(ThreadReader, (thread.id, current_user.id))
    since, before = _number("since"), _number("before")
    read_to = reader.read_to_id if reader else 0
    new_since = since if since is not None else read_to
    own = viewing.side_of(thread, current_person())
    if before is None and thread.last_id_for(own.id) > read_to:
        viewing.being_read(own)
    page = _page(thread, MessageForm(), since=new_since, was_open=since is not None, before=before)
    if before is None and not request.headers.get("Sec-Purpose"):
        # After the page is drawn: a commit makes every row be read again.
        services.read_to(thread, current_user, max(thread.organisation_last_id, thread.owner_last_id))
        db.session.commit()
    return page


@bp.post("/<int:thread_id>")
@not_too_often
@takes_files(services.AT_MOST_FILES)
@requires("thread.write", Thread)
def reply(thread: Thread) -> ResponseReturnValue:
    form = MessageForm()
    seen = form.seen_id
    if form.validate_on_submit():
        try:
            message = _sent(form, thread, viewing.side_of(thread, current_person()))
        except Refused as refusal:
            db.session.rollback()
            _say(form, refusal)
        else:
            crossed = thread.last_id_for(message.organisation_id) > seen
            address = url_for(
                ".show", thread_id=thread.id, since=seen if crossed else None, _anchor=f"m{message.id}"
            )
            db.session.commit()
            flash("Sent.", "done")
            return redirect(address)
    return _page(thread, form, since=seen, was_open=True), 422


@bp.route("/about/<int:listing_id>", methods=["GET", "POST"])
@not_too_often
@takes_files(services.AT_MOST_FILES)
@requires("thread.begin", Listing)
def begin(listing: Listing) -> ResponseReturnValue:
    """Somebody writes to whoever put a notice up."""
    return _begin(listing, current_person().acting_for, by=current_person().acting_for)


@bp.route("/about/<int:listing_id>/with/<int:with_id>", methods=["GET", "POST"])
@not_too_often
@takes_files(services.AT_MOST_FILES)
@requires("thread.reach", Listing)
def reach(listing: Listing, with_id: int) -> ResponseReturnValue:
    """Whoever put a notice up writes to an organisation that a match, a promise or an answer brought."""
    organisation = db.session.get(Organisation, with_id)
    if organisation is None or organisation.id == listing.organisation_id:
        abort(404)
    thread = queries.thread_between(listing.id, organisation.id)
    if thread is None and not ties.are_tied(listing.id, organisation.id):
        abort(404)
    return _begin(listing, organisation, by=listing.organisation)


@bp.post("/<int:thread_id>/unread")
@requires("thread.write", Thread)
def mark_unread(thread: Thread) -> ResponseReturnValue:
    services.mark_unread(thread, current_user, organisation=viewing.side_of(thread, current_person()))
    db.session.commit()
    flash("Marked as not read.", "done")
    return redirect(url_for(".index"))


@bp.post("/<int:thread_id>/share-address")
@requires("thread.write", Thread)
def share_address(thread: Thread) -> ResponseReturnValue:
    return _done(
        thread,
        lambda: services.share_address(thread, actor=current_user, now=clock.now()),
        "They can see your e-mail address now, in this conversation only.",
    )


@bp.post("/<int:thread_id>/keep-address")
@requires("thread.write", Thread)
def keep_address(thread: Thread) -> ResponseReturnValue:
    return _done(
        thread,
        lambda: services.keep_address(thread, actor=current_user),
        "We no longer show them your e-mail address. They may have written it down.",
    )


@bp.post("/<int:thread_id>/block")
@requires("thread.write", Thread)
def block(thread: Thread) -> ResponseReturnValue:
    own = viewing.side_of(thread, current_person())
    name = thread.other(own.id).name
    return _done(
        thread,
        lambda: minding.block(thread, organisation=own, actor=current_user, now=clock.now()),
        f"{name} can no longer write to you. What you promised each other still stands.",
    )


@bp.post("/<int:thread_id>/unblock")
@requires("thread.write", Thread)
def unblock(thread: Thread) -> ResponseReturnValue:
    own = viewing.side_of(thread, current_person())
    name = thread.other(own.id).name
    return _done(
        thread,
        lambda: minding.unblock(thread, organisation=own, actor=current_user),
        f"{name} can write to you again.",
    )


def _begin(listing: Listing, organisation: Organisation, *, by: Organisation) -> ResponseReturnValue:
    thread = queries.thread_between(listing.id, organisation.id)
    if thread is not None and request.method == "GET":
        return redirect(url_for(".show", thread_id=thread.id))
    form, refused = MessageForm().opened(), ""
    try:
        services.may_begin(listing, organisation, by=by, now=clock.now())
        if form.validate_on_submit():
            thread = services.thread_of(listing, organisation, now=clock.now())
            message = _sent(form, thread, by)
            address = url_for(".show", thread_id=thread.id, _anchor=f"m{message.id}")
            db.session.commit()
            flash("Sent. We tell you when they answer.", "done")
            return redirect(address)
    except Refused as refusal:
        db.session.rollback()
        if request.method == "POST":
            _say(form, refusal)
        else:
            refused = refusal.message
    other = listing.organisation if by.id == organisation.id else organisation
    page = render_template(
        "messages/begin.html", form=form, listing=listing, other=other, own=by, refused=refused
    )
    return page, 422 if form.errors else 200


def _sent(form: MessageForm, thread: Thread, organisation: Organisation) -> Message:
    """The message of this form, with its files; sent before, it is the one that was sent."""
    now = clock.now()
    first = queries.message_with(services.key_of(thread, current_user, form.form_key.data or ""))
    if first is not None:
        return first
    other = thread.other(organisation.id)
    kept = [
        files.store(each, organisation=organisation, actor=current_user, now=now, readers=(other.id,))
        for each in form.files.checked
    ]
    return services.post(
        thread, form.words.data or "", organisation=organisation, actor=current_user, now=now,
        files=kept, form_key=form.form_key.data or "",
    )  # fmt: skip


def _say(form: MessageForm, refusal: Refused) -> None:
    field = form.files if refusal.field in ("file", "files") else form.words
    field.errors = [*field.errors, refusal.message]


def _page(thread: Thread, form: MessageForm, *, since: int, was_open: bool, before: int | None = None) -> str:
    own = viewing.side_of(thread, current_person())
    messages = queries.messages_of(thread, before=before, limit=MESSAGES_ON_A_PAGE + 1)
    shown = messages[-MESSAGES_ON_A_PAGE:]
    people = queries.people_of(thread)
    blocking = queries.blocking(*thread.sides)
    return render_template(
        "messages/show.html",
        thread=thread,
        own=own,
        other=thread.other(own.id),
        days=viewing.by_day(shown, organisation=own, since=since),
        was_open=was_open,
        earlier=shown[0].id if len(messages) > len(shown) else None,
        is_latest=before is None,
        people=people,
        is_sharing=any(each.user_id == current_user.id and each.address for each in people),
        we_block=own.id in blocking,
        they_block=thread.other(own.id).id in blocking,
        reported=queries.reported_by(current_user, shown),
        form=form.opened(seen=shown[-1].id if shown else 0),
    )


def _done(thread: Thread, verb: Callable[[], None], done: str) -> ResponseReturnValue:
    verb()
    address = url_for(".show", thread_id=thread.id)
    db.session.commit()
    flash(done, "done")
    return redirect(address)


def _number(name: str) -> int | None:
    """A message in the address, if it can be one."""
    number = request.args.get(name, type=int)
    return number if number is not None and 0 <= number <= HIGHEST_ID else None
