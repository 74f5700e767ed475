"""The ledger in public, and how it was last verified."""

from flask import Blueprint, Response, abort, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from marketplace.access import public, requires
from marketplace.extensions import db
from marketplace.ledger import queries, views
from marketplace.ledger.forms import LedgerForm
from marketplace.ledger.models import Side
from marketplace.ledger.queries import Asked
from marketplace.listings.models import Listing
from marketplace.organisations.models import Organisation
from marketplace.places import queries as places

bp = Blueprint("ledger", __name__)

A_PAGE = 50


@bp.get("/ledger")
@public
def index() -> ResponseReturnValue:
    wards = _wards()
    form = LedgerForm(request.args, {code: wards.get(code, code) for code in queries.wards()})
    asked = form.asked()
    before = request.args.get("before", type=int)
    # One more than is shown tells whether there are older ones.
    found = queries.rows(asked, before=before, limit=A_PAGE + 1)
    return render_template(
        "ledger/index.html",
        form=form,
        support=views.stairs(Side.SUPPORT, _sums(Side.SUPPORT, asked)),
        spend=views.stairs(Side.SPEND, _sums(Side.SPEND, asked)),
        lines=views.lines(found[:A_PAGE], wards),
        older=found[A_PAGE - 1].entry.id if len(found) > A_PAGE else None,
        before=before,
        chosen=views.chosen(asked, _names(asked, wards)),
        asked=asked,
        head=queries.head(),
    )


@bp.get("/ledger.csv")
@public
def table() -> ResponseReturnValue:
    wards = _wards()
    asked = LedgerForm(request.args, {code: code for code in queries.wards()}).asked()
    rows = stream_with_context(views.table(queries.batches(asked), wards))
    response = Response(rows, mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename="ledger.csv")
    return response


@bp.get("/ledger/<int:number>")
@public
def entry(number: int) -> ResponseReturnValue:
    shown = queries.entry_named(number) if number < 2**63 else None
    if shown is None:
        abort(404)
    return render_template(
        "ledger/entry.html",
        line=views.line(shown, _wards()),
        corrections=[
            (each, views.amount(each.quantity, each.unit)) for each in queries.corrections_of(shown.entry)
        ],
        head=queries.head(),
    )


@bp.get("/convener/ledger")
@requires("ledger.verify")
def checks() -> ResponseReturnValue:
    return render_template("ledger/checks.html", checks=queries.last_checks(), head=queries.head())


def _sums(side: Side, asked: Asked) -> queries.Sums:
    return queries.sums(side, asked) if asked.side in (None, side) else {}


def _wards() -> dict[str, str]:
    place = places.current()
    return places.ward_names(place) if place else {}


def _names(asked: Asked, wards: dict[str, str]) -> dict[str, str]:
    """What the filters are called that are numbers in the address; nothing of what is not public."""
    organisation = db.session.get(Organisation, asked.organisation) if asked.organisation else None
    listing = db.session.get(Listing, asked.listing) if asked.listing else None
    contract = db.session.get(Listing, asked.contract) if asked.contract else None
    return {
        "ward": wards.get(asked.ward or "", asked.ward or ""),
        "organisation": organisation.name if organisation and organisation.is_public else "",
        "listing": listing.title if listing and listing.is_public else "",
        "contract": contract.title if contract and contract.is_public else "",
    }
