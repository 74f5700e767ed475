"""Searching, in every form a search can take, and keeping one."""

import json

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import audit, clock
from marketplace.access import current_person, public, requires
from marketplace.discovery import (
    choices,
    exports,
    feeds,
    loosening,
    maps,
    queries,
    saying,
    services,
    shapes,
    suggesting,
    views,
)
from marketplace.discovery.asking import Asked, Board, address, board_of, query_string, understand
from marketplace.discovery.finding import find
from marketplace.discovery.forms import SaveForm, SearchForm, from_address
from marketplace.discovery.models import SavedSearch
from marketplace.errors import Refused
from marketplace.exposure import showing
from marketplace.extensions import db, limiter
from marketplace.places import queries as places
from search.engine import SearchUnavailable

bp = Blueprint("discovery", __name__)
views.mount(bp)

RESTING = "The search is resting. Try again in a minute."
A_DAY = 24 * 3600


def _board() -> Board:
    """What whoever asks may search; 503 before the place is set up."""
    place = places.current()
    if place is None:
        abort(503)
    return board_of(place, user=current_person().user, today=clock.today())


def _asked(board: Board) -> Asked:
    return understand(SearchForm(request.args).asked(), board)


@bp.get("/search")
@public
def search() -> ResponseReturnValue:
    """The whole page, or what changes of it, for a script that asks with the header X-Part."""
    board, form = _board(), SearchForm(request.args)
    asked = understand(form.asked(), board)
    found = find(asked, board, acting_for=current_person().acting_for)
    form.show(asked)
    showing.on_board(found.rows, first=found.first)
    part = request.headers.get("X-Part") == "results"
    page = render_template(
        "discovery/_results.html" if part else "discovery/search.html",
        form=form,
        asked=asked,
        found=found,
        part=part,
        address=address,
        sentence=saying.sentence(asked, board, found.total),
        name=saying.described(asked, board),
        groups=choices.groups(asked, board, found.counts),
        chips=choices.chips(asked, board),
        looser=loosening.looser(asked, board) if found.total == 0 and not found.engine_down else (),
        kept_as=query_string(asked, kept=True),
        most_exported=exports.MOST,
    )
    response = make_response(page)
    response.vary.add("X-Part")
    return response


@bp.get("/search/suggest")
@public
@limiter.limit("300 per minute")
def suggest() -> ResponseReturnValue:
    found = suggesting.suggestions(request.args.get("q", ""), _board())
    response = jsonify(suggestions=found)
    response.cache_control.private, response.cache_control.max_age = True, 30
    return response


@bp.get("/search/map.json")
@public
def map_points() -> ResponseReturnValue:
    board = _board()
    try:
        found = maps.points(_asked(board), board)
    except SearchUnavailable:
        found = maps.nothing(
            "The search is resting, so the map is empty. The list shows what we can find without it."
        )
    return jsonify(found)


@bp.get("/places/wards.json")
@public
def wards() -> ResponseReturnValue:
    """Shapes change when an operator loads new ones, so browsers keep them and ask whether they changed."""
    place = places.current() or abort(404)
    mark = shapes.fingerprint(place)
    response = Response(shapes.wards(place.id, mark), mimetype="application/geo+json")
    response.set_etag(mark)
    response.cache_control.public, response.cache_control.max_age = True, A_DAY
    return response.make_conditional(request)


@bp.get("/search/feed.atom")
@public
@limiter.limit("120 per minute")
def feed() -> ResponseReturnValue:
    board = _board()
    try:
        response = Response(feeds.feed(_asked(board), board), mimetype="application/atom+xml")
    except SearchUnavailable:
        return _resting()
    response.add_etag()
    response.cache_control.public, response.cache_control.max_age = True, 600
    return response.make_conditional(request)


@bp.get("/search/export.csv")
@requires("search.export")
@limiter.limit("20 per minute")
def export() -> ResponseReturnValue:
    board = _board()
    asked = _asked(board)
    try:
        hits = exports.found(asked, board)
    except SearchUnavailable:
        return _resting()
    audit.record(
        "search.exported", current_user, actor=current_user, asked=query_string(asked), rows=len(hits)
    )
    db.session.commit()
    response = Response(stream_with_context(exports.table(hits, board)), mimetype="text/csv")
    name = f"{board.place.slug}-search-{board.today.isoformat()}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@bp.post("/search/save")
@requires("saved_search.create")
def save() -> ResponseReturnValue:
    """Keep a search, or give one that is kept another name."""
    board, form, person = _board(), SaveForm(), current_person()
    asked = understand(form.asked(), board)
    back = url_for(".searches") if request.form.get("back") == "searches" else address(asked)
    try:
        services.save(
            person.user,
            board.place,
            query_string(asked, kept=True),
            form.name.data or saying.described(asked, board),
            organisation=person.acting_for,
            now=clock.now(),
        )
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "problem")
    else:
        db.session.commit()
        session.pop(FORGOTTEN, None)
        flash("The search is kept. You find it under “Searches you keep”.", "done")
    return redirect(back)


@bp.get("/searches")
@requires("saved_search.list")
def searches() -> ResponseReturnValue:
    board = _board()
    kept = [
        (saved, saying.described(understand(from_address(saved.address), board), board))
        for saved in queries.searches_of(current_person().user)
    ]
    forgotten = json.loads(session.pop(FORGOTTEN, "null"))
    return render_template("discovery/searches.html", kept=kept, forgotten=forgotten)


FORGOTTEN = "forgotten_search"  # in the session: what can be put back


@bp.post("/searches/<int:savedsearch_id>/forget")
@requires("saved_search.forget", SavedSearch)
def forget(savedsearch: SavedSearch) -> ResponseReturnValue:
    session[FORGOTTEN] = json.dumps({"address": savedsearch.address, "name": savedsearch.name})
    services.forget(savedsearch, actor=current_person().user)
    db.session.commit()
    return redirect(url_for(".searches"))


def _resting() -> Response:
    return Response(RESTING, 503, {"Retry-After": "60"}, mimetype="text/plain")
