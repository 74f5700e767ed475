"""What the buttons of a digest lead to: a page with one button, for whoever holds the link, signed in or not.

Mail scanners follow every link, so GET changes nothing. The button makes the change by POST.
"""

from collections.abc import Sequence

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.access import public
from marketplace.accounts.models import User
from marketplace.digests import links, services, wording
from marketplace.digests.due import local_day
from marketplace.digests.forms import AnswerForm, DeclineForm
from marketplace.digests.links import BadLink, Link, Links, OldLink, Purpose
from marketplace.digests.models import Answer, DigestItem
from marketplace.errors import Refused
from marketplace.extensions import db, limiter
from marketplace.listings.cards import Card, address_of, card, miles_apart
from marketplace.listings.models import Family
from marketplace.matching import queries as matching
from marketplace.matching import viewing
from marketplace.matching.models import MatchStatus
from marketplace.matching.viewing import Side
from marketplace.subscriptions import services as subscriptions

bp = Blueprint("digest_answers", __name__, url_prefix="/d")

ANSWERS = {
    Purpose.INTERESTED: Answer.INTERESTED,
    Purpose.DECLINED: Answer.DECLINED,
    Purpose.LATER: Answer.LATER,
}
REASONS = 3
ALIKE = 3


@bp.after_request
def keep_out_of_searches(response: Response) -> Response:
    """Such an address is one person's: no search engine lists it, and no cache keeps it."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("/<token>", methods=["GET", "POST"])
@limiter.limit("60 per minute", methods=["POST"])
@public
def answer(token: str) -> ResponseReturnValue:
    """Interested, not for me, later; taking one back; and hearing as often as before."""
    try:
        link = links.read(token, local_day(clock.now()))
    except BadLink as problem:
        status = 410 if isinstance(problem, OldLink) else 404
        return render_template("digests/bad_link.html", words=str(problem)), status
    user = db.session.get(User, link.user_id)
    if link.purpose is Purpose.AS_BEFORE and user is not None:
        return _as_before(user)
    item = services.item_of(link.user_id, link.period, link.position)
    if user is None or item is None:
        return render_template("digests/bad_link.html", words=links.NOT_WHOLE), 404
    return _answer(item, link)


def _answer(item: DigestItem, link: Link) -> ResponseReturnValue:
    form = DeclineForm() if link.purpose is Purpose.DECLINED else AnswerForm()
    problem = ""
    if form.validate_on_submit():
        try:
            _say(item, link.purpose, form)
        except Refused as refusal:
            db.session.rollback()
            if refusal.field == "words" and isinstance(form, DeclineForm):
                form.words.errors = [refusal.message]
            else:
                problem = refusal.message
        else:
            db.session.commit()
            return redirect(request.path)
    page = _page(item, link, form, problem)
    return page, 409 if problem else 422 if form.errors else 200


def _say(item: DigestItem, purpose: Purpose, form: AnswerForm | DeclineForm) -> None:
    now = clock.now()
    if purpose is Purpose.UNDO:
        services.take_back(item, now=now)
    elif isinstance(form, DeclineForm):
        services.answer(item, Answer.DECLINED, reason=form.chosen, words=form.words.data or "", now=now)
    else:
        services.answer(item, ANSWERS[purpose], now=now)


def _page(item: DigestItem, link: Link, form: AnswerForm | DeclineForm, problem: str) -> str:
    now = clock.now()
    today = local_day(now)
    listing, match = item.listing, item.match
    said, given = services.said(item, today), ANSWERS.get(link.purpose)
    to = Links(today)
    is_open = services.is_open(item, today)
    is_done = (said is given) if given else said is None
    return render_template(
        "digests/answer.html",
        home=item.organisation,
        is_matched=match is not None,
        listing=listing,
        form=form,
        problem=problem,
        purpose=link.purpose.name.lower(),
        said=said,
        is_done=is_done,
        is_open=is_open,
        is_answered=match is not None and match.status is MatchStatus.CONVERTED,
        how_far=wording.how_far(item.organisation, listing),
        when=wording.when(listing.family, listing.closes_on, today),
        reasons=viewing.reasons(match, Side.FITS, limit=REASONS) if match else (),
        comes_back=match.snoozed_until if match else None,
        next_step=_next_step(item),
        paths={
            each.name.lower(): to.path(each, link.user_id, link.period, link.position)
            for each in (*ANSWERS, Purpose.UNDO)
        },
        alike=() if is_open or is_done else _alike(item),
    )


def _next_step(item: DigestItem) -> str:
    """Where whoever is interested goes on: a pledge on a need, an answer to an opportunity; else its page."""
    listing = item.listing
    if item.match is not None and listing.family is Family.NEED:
        return url_for("pledges.create", need_id=listing.id)
    if item.match is not None and listing.family is Family.OPPORTUNITY:
        return url_for("responses.create", opportunity_id=listing.id)
    return address_of(listing.family.value, listing.id)


def _alike(item: DigestItem) -> Sequence[Card]:
    """What else fits, where the notice itself is closed."""
    if item.organisation is None:
        return ()
    today = local_day(clock.now())
    found = matching.waiting_for(item.organisation, today=today, limit=ALIKE + 1)
    return [
        card(match.listing, today=today, miles=miles_apart(item.organisation, match.listing))
        for match in found
        if match.listing_id != item.listing_id
    ][:ALIKE]


def _as_before(user: User) -> ResponseReturnValue:
    """Have digests as often as before we wrote less by ourselves."""
    form = AnswerForm()
    if form.validate_on_submit():
        now = clock.now()
        subscriptions.have_back(user, now=now)
        services.came_by(user.id, now=now)
        db.session.commit()
        return redirect(request.path)
    before = user.eased_from
    return render_template(
        "digests/as_before.html",
        form=form,
        before=wording.OFTEN_WORDS[before] if before else "",
        often=wording.OFTEN_WORDS[user.digest_frequency],
        preferences=subscriptions.preferences_url(user),
    )
