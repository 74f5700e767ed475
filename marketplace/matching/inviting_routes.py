"""Who could do this: looking at them, side by side, inviting them, and putting somebody forward by hand."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import clock
from marketplace.access import may, requires
from marketplace.errors import Refused
from marketplace.exposure import showing as exposure
from marketplace.extensions import db
from marketplace.listings import advice
from marketplace.listings.cards import BLUEPRINT, address, card
from marketplace.listings.models import Listing
from marketplace.matching import candidates, comparing, introducing, inviting, together
from marketplace.matching.candidates import COMPARED, WHICH, Showing
from marketplace.matching.inviting_forms import FindForm, InviteForm, PutForwardForm
from marketplace.matching.models import Match
from marketplace.matching.staying_local import staying
from marketplace.organisations.models import Organisation
from marketplace.web.words import count, joined

bp = Blueprint(
    "matching_inviting",
    __name__,
    url_prefix="/<any(opportunities, needs):folder>/<int:listing_id>/who-could",
)

HIGHEST_ID = 2**31 - 1  # what the databases hold
NAMED = 5


@bp.url_defaults
def name_the_folder(_endpoint: str, values: dict[str, Any]) -> None:
    """Callers give the notice, or its id; the address says which family it is of."""
    if (listing := values.pop("listing", None)) is not None:
        values["listing_id"] = listing.id
    elif "folder" not in values:
        listing = db.session.get(Listing, values["listing_id"])
    if listing is not None:
        values["folder"] = BLUEPRINT[listing.family]


@bp.before_request
def one_address_each() -> None:
    """A need is found under needs and an opportunity under opportunities; what offers has no such page."""
    values = request.view_args or {}
    listing = db.session.get(Listing, values.get("listing_id"))
    if values.pop("folder") != (listing and BLUEPRINT[listing.family]):
        abort(404)


@bp.get("", endpoint="candidates")
@requires("candidate.list", Listing)
def index(listing: Listing) -> ResponseReturnValue:
    today = clock.today()
    showing = _showing()
    page = candidates.page(listing, showing, today=today, after=_number("after"))
    if may("candidate.invite", listing):  # the convener looks after the list, and asks nobody
        shown = [each.match.organisation for each in page.candidates]
        exposure.in_matches(shown, eligible=shown, first=page.first)
    picks = _picks()
    on_page = {each.match.id for each in page.candidates}
    return render_template(
        "matching/candidates.html",
        listing=listing,
        notice=card(listing, today=today),
        page=page,
        showing=showing,
        counts=candidates.counts(listing, verified=showing.verified),
        picks=picks,
        picked_elsewhere=candidates.picked(listing, [pick for pick in picks if pick not in on_page]),
        takes_answers=inviting.takes_answers(listing, today=today),
        local=staying(listing, [each.match.organisation for each in page.candidates], today=today),
        groups=together.groups(listing),
        advice=advice.for_owner(listing),
        edit_url=address(listing, "edit"),
    )


@bp.get("/compare")
@requires("candidate.list", Listing)
def compare(listing: Listing) -> ResponseReturnValue:
    today = clock.today()
    picked = candidates.picked(listing, _picks())
    if len(picked) not in COMPARED:
        flash(f"Tick {COMPARED[0]} to {COMPARED[-1]} to see them side by side.", "problem")
        return redirect(url_for(".candidates", listing=listing, pick=[match.id for match in picked]))
    columns = [candidates.candidate(match, today=today) for match in picked]
    rooms = _rooms(picked)
    local = staying(listing, [match.organisation for match in picked], today=today)
    return render_template(
        "matching/compare.html",
        listing=listing,
        columns=columns,
        reasons=comparing.reasons(columns),
        facts=comparing.facts(listing, columns, rooms=rooms, local=local, today=today),
        local=local,
        invitable=[m for m in picked if not inviting.why_not(m, rooms=rooms, today=today)],
    )


@bp.route("/invite", methods=["GET", "POST"])
@requires("candidate.invite", Listing)
def invite(listing: Listing) -> ResponseReturnValue:
    form = InviteForm()
    picked = candidates.picked(listing, _picks())
    if not picked:
        flash("Tick who to invite first.", "problem")
        return redirect(url_for(".candidates", listing=listing))
    rooms = _rooms(picked)
    if form.validate_on_submit():
        done = inviting.invite_all(
            picked, form.words.data or "", rooms=rooms, actor=current_user, now=clock.now()
        )
        db.session.commit()
        _say(done)
        return redirect(url_for(".candidates", listing=listing))
    why_not = {match.id: inviting.why_not(match, rooms=rooms, today=clock.today()) for match in picked}
    page = render_template(
        "matching/invite.html",
        form=form,
        listing=listing,
        can=[match for match in picked if not why_not[match.id]],
        cannot=[(match, why_not[match.id]) for match in picked if why_not[match.id]],
    )
    return page, 422 if form.errors else 200


@bp.route("/put-forward", methods=["GET", "POST"])
@requires("candidate.put_forward", Listing)
def put_forward(listing: Listing) -> ResponseReturnValue:
    form, today = PutForwardForm(), clock.today()
    organisation = db.session.get(Organisation, _number("organisation") or 0)
    if organisation is not None and form.validate_on_submit():
        try:
            inviting.put_forward(listing, organisation, form.words.data, actor=current_user, now=clock.now())
        except Refused as refusal:
            db.session.rollback()
            form.words.errors = [refusal.message]
        else:
            db.session.commit()
            flash(f"{organisation.name} finds it first on its desk, with your words.", "done")
            return redirect(url_for(".candidates", listing=listing))
    find = FindForm(request.args)
    page = render_template(
        "matching/put_forward.html",
        form=form,
        find=find,
        listing=listing,
        chosen=organisation,
        choices=candidates.choices(listing, find.q.data or "", today=today),
    )
    return page, 422 if form.errors else 200


@bp.post("/take-back")
@requires("candidate.put_forward", Listing)
def take_back(listing: Listing) -> ResponseReturnValue:
    match = db.session.get(Match, _number("match") or 0)
    if match is None or match.listing_id != listing.id:
        abort(404)
    try:
        inviting.take_back(match, actor=current_user, now=clock.now())
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "problem")
    else:
        db.session.commit()
        flash(f"{match.organisation.name} is put forward no more.", "done")
    return redirect(url_for(".candidates", listing=listing))


def _showing() -> Showing:
    which = request.args.get("show", "")
    return Showing(which if which in WHICH else "all", request.args.get("verified") == "yes")


def _number(name: str) -> int | None:
    """An id from the address or the form, if it is one."""
    found = request.values.get(name, type=int)
    return found if found is not None and 0 < found <= HIGHEST_ID else None


def _picks() -> list[int]:
    return [pick for pick in request.values.getlist("pick", type=int) if 0 < pick <= HIGHEST_ID]


def _rooms(picked: Sequence[Match]) -> inviting.Rooms:
    return introducing.jobs_left([match.organisation_id for match in picked], clock.now())


def _say(done: inviting.Invitations) -> None:
    """Who was written to, and who was not and why."""
    if done.invited:
        flash(f"We have written to {_names(done.invited)}.", "done")
    reasons = dict.fromkeys(why for _, why in done.left_out)
    for reason in reasons:
        names = _names([match for match, why in done.left_out if why == reason])
        flash(f"Not invited: {names}. {reason}", "problem")


def _names(matches: Sequence[Match]) -> str:
    """The first few by name, since what is said next travels in a cookie."""
    names = [match.organisation.name for match in matches[:NAMED]]
    return joined([*names, count(others, "other")] if (others := len(matches) - NAMED) > 0 else names)
