"""The front page, and the pages that explain."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.access import public
from marketplace.discovery.forms import SearchForm
from marketplace.exposure import showing
from marketplace.home import queries
from marketplace.listings import queries as listings
from marketplace.listings.cards import card
from marketplace.places import queries as places

bp = Blueprint("home", __name__)

SLIPS = 6


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    if places.current() is None:
        return render_template("home/not_set_up.html"), 503
    today = clock.today()
    needs = listings.newest("need", limit=SLIPS)
    opportunities = listings.newest("opportunity", limit=SLIPS // 2)
    for newest in (needs, opportunities):
        showing.on_board(newest)
    return render_template(
        "home/index.html",
        form=SearchForm(),
        counts=listings.open_by_family(),
        stages=queries.stages(),
        needs=[card(need, today=today) for need in needs],
        opportunities=[card(each, today=today) for each in opportunities],
    )


@bp.get("/how-it-works")
@public
def how_it_works() -> ResponseReturnValue:
    return render_template("home/how_it_works.html")


@bp.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    return render_template("home/privacy.html")


@bp.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    return render_template("home/accessibility.html")
