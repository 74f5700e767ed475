"""What an organisation gives: budgets, needs for it, its shortlist, its promises and what came of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TypeVar

from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import audit, clock
from marketplace.access import current_person, requires
from marketplace.errors import Refused
from marketplace.exposure import showing
from marketplace.extensions import db
from marketplace.listings.cards import card, miles_apart
from marketplace.listings.models import Listing
from marketplace.matching import queries as matching
from marketplace.needs.models import Need
from marketplace.organisations.models import Organisation
from marketplace.places import queries as places
from marketplace.pledges.models import Bundle
from marketplace.portfolio import exports, queries, services, stages
from marketplace.portfolio import needs as fitting
from marketplace.portfolio.forms import BundleForm, NoteForm, WantedForm
from marketplace.portfolio.models import Shortlisted
from marketplace.portfolio.needs import Fit, Wanted
from marketplace.portfolio.stages import Column, Order
from marketplace.teams import queries as teams
from marketplace.teams.models import Purse

bp = Blueprint("portfolio", __name__, url_prefix="/portfolio")

FITS_AT_FIRST = 5
ON_A_PAGE = 20
ON_A_PILE = 4
AT_MOST_TOGETHER = 10  # needs in one bundle
HIGHEST_ID = 2**31 - 1  # what the databases hold

Some = TypeVar("Some", bound=StrEnum)


@bp.app_template_global("on_our_shortlist")
def on_our_shortlist(listing: Listing) -> Shortlisted | None:
    """For pages of needs and matches: the row of whoever is acting, if they keep it."""
    organisation = current_person().acting_for
    return queries.kept(organisation.id, listing.id) if organisation else None


@bp.get("")
@requires("portfolio.see")
def index() -> ResponseReturnValue:
    organisation, today = current_person().acting_for, clock.today()
    found = fitting.that_fit(organisation, Wanted(), today=today, limit=FITS_AT_FIRST)
    _were_shown(found.fits)
    return render_template(
        "portfolio/index.html",
        organisation=organisation,
        budgets=teams.budgets_on(organisation, today),
        limit=teams.limit_of(organisation),
        purses=list(Purse),
        fits=found,
        number_kept=queries.number_kept(organisation),
        board=stages.board(organisation, each=ON_A_PILE),
        came=stages.came(organisation),
        steps=stages.STEPS,
    )


@bp.get("/needs")
@requires("portfolio.see")
def needs() -> ResponseReturnValue:
    """Every open need that fits, narrowed down by what the address says."""
    organisation = current_person().acting_for
    wards = places.ward_names(organisation.place)
    form = WantedForm(request.args, wards=wards, has_place=organisation.lat is not None)
    wanted = form.wanted()
    found = fitting.that_fit(organisation, wanted, today=clock.today(), after=_after(), limit=ON_A_PAGE)
    _were_shown(found.fits)
    return render_template(
        "portfolio/needs.html",
        organisation=organisation,
        form=form,
        wanted=wanted,
        found=found,
        chips=fitting.chips(wanted, wards),
        is_first=_after() is None,
    )


@bp.get("/promises")
@requires("portfolio.see")
def promises() -> ResponseReturnValue:
    organisation = current_person().acting_for
    column = _one_of(Column, request.args.get("stage"))
    order = _one_of(Order, request.args.get("sort")) or Order.NEWEST
    return render_template(
        "portfolio/promises.html",
        organisation=organisation,
        column=column,
        order=order,
        numbers=stages.by_status(organisation),
        stages=stages,
        listed=stages.listed(organisation, column, order, after=_after(), limit=ON_A_PAGE),
        is_first=_after() is None,
    )


@bp.get("/promises.csv")
@requires("portfolio.export")
def export_table() -> ResponseReturnValue:
    return _file(exports.table, "csv", "text/csv")


@bp.get("/promises.json")
@requires("portfolio.export")
def export_array() -> ResponseReturnValue:
    return _file(exports.array, "json", "application/json")


@bp.get("/shortlist")
@requires("portfolio.see")
def shortlist() -> ResponseReturnValue:
    return _shortlist()


@bp.post("/shortlist/<int:shortlisted_id>/note")
@requires("shortlisted.edit", Shortlisted)
def note(shortlisted: Shortlisted) -> ResponseReturnValue:
    form = NoteForm.of(shortlisted)
    if not form.validate_on_submit():
        return _shortlist(form, shortlisted), 422
    services.write_note(shortlisted, form.note.data or "", actor=current_user, now=clock.now())
    db.session.commit()
    flash(f"Your note on “{shortlisted.listing.title}” is saved.", "done")
    return redirect(url_for(".shortlist"))


@bp.post("/needs/<int:need_id>/keep")
@requires("need.shortlist", Need)
def keep(need: Need) -> ResponseReturnValue:
    services.keep(need, organisation=current_person().acting_for, actor=current_user, now=clock.now())
    db.session.commit()
    flash(f"“{need.title}” is on your team’s shortlist.", "done")
    return redirect(_back() or url_for("discovery.show_need", need_id=need.id))


@bp.post("/shortlist/<int:shortlisted_id>/drop")
@requires("shortlisted.edit", Shortlisted)
def drop(shortlisted: Shortlisted) -> ResponseReturnValue:
    title = shortlisted.listing.title
    services.drop(shortlisted, actor=current_user, now=clock.now())
    db.session.commit()
    flash(f"“{title}” is off your team’s shortlist.", "done")
    return redirect(_back() or url_for(".shortlist"))


@bp.route("/bundles/new", methods=["GET", "POST"])
@requires("bundle.make")
def new_bundle() -> ResponseReturnValue:
    """Promise to several needs at once: those named in the address."""
    organisation = current_person().acting_for
    ids = request.args.getlist("need", type=int)[:AT_MOST_TOGETHER]
    chosen = [
        need
        for need in queries.needs_among(each for each in ids if 0 < each <= HIGHEST_ID)
        if need.organisation_id != organisation.id
    ]
    if not chosen:
        flash("Tick the needs you would promise to, then press the button.", "problem")
        return redirect(url_for(".shortlist"))
    form = BundleForm.of(chosen)
    if form.validate_on_submit():
        try:
            made = services.promise_together(
                form.details(), giver=organisation, actor=current_user, now=clock.now()
            )
        except Refused as refusal:
            db.session.rollback()
            form.form_errors.append(refusal.message)
        else:
            db.session.commit()
            _say(made)
            return redirect(url_for(".bundle", bundle_id=made.bundle.id))
    page = render_template("portfolio/new_bundle.html", organisation=organisation, form=form, needs=chosen)
    return page, 422 if form.errors else 200


@bp.get("/bundles/<int:bundle_id>")
@requires("bundle.see", Bundle)
def bundle(bundle: Bundle) -> ResponseReturnValue:
    return render_template("portfolio/bundle.html", bundle=bundle, rows=stages.of_bundle(bundle))


def _file(
    written: Callable[[Organisation, Mapping[str, str]], Iterator[bytes]], ending: str, mimetype: str
) -> Response:
    """Everything promised: a few hundred bytes each, so whole. That it was taken away is recorded."""
    organisation = current_person().acting_for
    wards = places.ward_names(organisation.place)
    audit.record("portfolio.exported", organisation, actor=current_user, ending=ending)
    db.session.commit()
    response = Response(b"".join(written(organisation, wards)), mimetype=mimetype)
    name = f"promises-{clock.today().isoformat()}.{ending}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _say(made: services.Made) -> None:
    number = len(made.pledges)
    flash(f"Promised to {number} of them." if made.failed else "Promised. They have been told.", "done")
    for each in made.failed:
        flash(f"Not promised to “{each.need.title}”: {each.reason}", "problem")


def _shortlist(form: NoteForm | None = None, about: Shortlisted | None = None) -> str:
    organisation, today = current_person().acting_for, clock.today()
    if form is not None:
        db.session.rollback()
    found = queries.shortlist_of(organisation, after=_after(), limit=ON_A_PAGE)
    listings = [row.listing for row in found.rows]
    forms = {row.id: NoteForm.of(row) for row in found.rows}
    if form is not None and about is not None:
        forms[about.id] = form
    return render_template(
        "portfolio/shortlist.html",
        organisation=organisation,
        found=found,
        forms=forms,
        form=form,
        fits=matching.fits_of(organisation, [each.id for each in listings]),
        cards={each.id: card(each, today=today, miles=miles_apart(organisation, each)) for each in listings},
        is_first=_after() is None,
    )


def _were_shown(fits: Iterable[Fit]) -> None:
    listings = [each.match.listing for each in fits]
    showing.in_matches(listings, eligible=listings)


def _one_of(kind: type[Some], value: str | None) -> Some | None:
    return next((each for each in kind if each.value == value), None)


def _after() -> int | None:
    """The row in the address that the page begins after, if it can be one."""
    number = request.args.get("after", type=int)
    return number if number is not None and 0 < number <= HIGHEST_ID else None


def _back() -> str:
    """The page the button was on: a need's, a match's or the portfolio's own, and nothing else."""
    wanted = request.form.get("next", "")
    ours = ("/needs/", "/matches/", "/portfolio")
    return wanted if wanted.startswith(ours) and "\\" not in wanted else ""
