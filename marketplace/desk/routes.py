"""My desk: what waits, what fits, what is under way."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.access import current_person, requires
from marketplace.capacity import queries as capacity
from marketplace.desk import queries
from marketplace.exposure import showing
from marketplace.extensions import db
from marketplace.matching import fairly, services
from marketplace.matching import queries as matching
from marketplace.matching.models import Match
from marketplace.matching.queries import Shelf
from marketplace.pledges import lists as promises
from marketplace.pledges.lists import Move, Part

bp = Blueprint("desk", __name__, url_prefix="/desk")

MATCHES_SHOWN = 6
MATCHES_ON_A_PAGE = 10
PLEDGES_ON_A_PAGE = 20
HIGHEST_ID = 2**31 - 1  # what the databases hold


@bp.get("")
@requires("desk.see")
def index() -> ResponseReturnValue:
    organisation = current_person().acting_for
    if organisation is None:
        return _for_nobody()
    today = clock.today()
    pool = matching.waiting_for(organisation, today=today, limit=MATCHES_ON_A_PAGE)
    new = fairly.in_order(pool, length=MATCHES_SHOWN, today=today)
    page = render_template(
        "desk/index.html",
        organisation=organisation,
        waiting=queries.waiting_for(organisation, today=today),
        matches=queries.suggestions(new, today=today),
        numbers=matching.numbers_of(organisation, today=today),
        says_little=matching.says_little(organisation),
        notices=queries.notices_by_status(organisation, today=today),
        under_way=queries.under_way(organisation),
        done=queries.done_so_far(organisation),
        room=capacity.room_of(organisation, now=clock.now()),
    )
    _were_shown(new, of=pool)
    return page


@bp.get("/matches", defaults={"shelf": Shelf.NEW.value})
@bp.get(f"/matches/<any({', '.join(each.value for each in Shelf if each is not Shelf.NEW)}):shelf>")
@requires("desk.see")
def matches(shelf: str) -> ResponseReturnValue:
    """One shelf of matches: new, saved, later or done, a page at a time."""
    organisation = current_person().acting_for
    if organisation is None:
        return _for_nobody()
    today, lies_on = clock.today(), Shelf(shelf)
    found = matching.page_of(organisation, lies_on, today=today, after=_after(), limit=MATCHES_ON_A_PAGE)
    in_order: Sequence[Match] = found.matches
    if lies_on is Shelf.NEW:
        in_order = fairly.in_order(found.matches, length=MATCHES_ON_A_PAGE, today=today)
    page = render_template(
        f"desk/matches_{lies_on.value}.html",
        organisation=organisation,
        shelf=lies_on,
        found=found,
        matches=queries.suggestions(in_order, today=today),
        numbers=matching.numbers_of(organisation, today=today),
        says_little=lies_on is Shelf.NEW and matching.says_little(organisation),
        came=queries.what_came(organisation, found.matches) if lies_on is Shelf.DONE else {},
    )
    if lies_on is Shelf.NEW:
        _were_shown(in_order, first=found.first, of=found.matches)
    return page


@bp.get("/pledges")
@requires("desk.see")
def pledges() -> ResponseReturnValue:
    """Promises of an organisation by whose move it is, a page at a time."""
    organisation = current_person().acting_for
    if organisation is None:
        return _for_nobody()
    move = _one_of(Move, "show") or Move.YOURS
    part = _one_of(Part, "side")
    return render_template(
        "desk/pledges.html",
        organisation=organisation,
        move=move,
        part=part,
        found=promises.page_of(organisation, move, part=part, after=_after(), limit=PLEDGES_ON_A_PAGE),
        numbers=promises.numbers_of(organisation, part=part),
        states=queries.PLEDGE_STANDS,
        words=queries.pledge_words,
    )


def _for_nobody() -> str:
    """The desk of somebody who acts for no organisation yet, or works for the place."""
    if current_person().user.is_convener:
        return render_template("desk/convener.html", waiting=queries.for_the_convener())
    return render_template("desk/welcome.html")


Choice = TypeVar("Choice", bound=StrEnum)


def _one_of(kind: type[Choice], name: str) -> Choice | None:
    """What the address chooses, if it is one of these."""
    chosen = request.args.get(name, "")
    return kind(chosen) if chosen in set(kind) else None


def _after() -> int | None:
    """The id in the address that the page begins after, if it can be one."""
    number = request.args.get("after", type=int)
    return number if number is not None and 0 < number <= HIGHEST_ID else None


def _were_shown(in_order: Sequence[Match], *, of: Sequence[Match], first: int = 1) -> None:
    """New matches went to the screen in this order, the first of them in place `first` of its list.

    They were chosen of a pool, each of which is due an equal share of being seen.
    After the page is drawn: a commit makes every row be read again.
    """
    showing.in_matches(
        [match.listing for match in in_order],
        eligible=[match.listing for match in of],
        first=first,
        explored=[match.listing for match in in_order if match.explored],
    )
    services.shown(in_order, first=first, now=clock.now())
    db.session.commit()
