"""The public pages of listings and organisations."""

from dataclasses import replace

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.access import current_person, may, public, requires
from marketplace.capabilities.models import Capability
from marketplace.extensions import db
from marketplace.listings import queries as listings
from marketplace.listings.cards import STATUS_WORDS, card
from marketplace.listings.models import ASKS, Listing
from marketplace.matching import queries as matching
from marketplace.needs.models import Need
from marketplace.offers.models import Offer
from marketplace.opportunities.models import Opportunity
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import Organisation
from marketplace.pledges import queries as pledges
from marketplace.responses import queries as responses
from marketplace.responses.models import Response
from search.geo import Point, miles_between


def mount(bp: Blueprint) -> None:
    """Add the pages to the blueprint of discovery."""
    bp.add_url_rule("/organisations/<int:organisation_id>", view_func=organisation)
    bp.add_url_rule("/opportunities/<int:opportunity_id>", view_func=show_opportunity)
    bp.add_url_rule("/needs/<int:need_id>", view_func=show_need)
    bp.add_url_rule("/capabilities/<int:capability_id>", view_func=show_capability)
    bp.add_url_rule("/offers/<int:offer_id>", view_func=show_offer)


@public
def organisation(organisation_id: int) -> ResponseReturnValue:
    row = db.session.get(Organisation, organisation_id)
    if row is None or not (row.is_public or current_person().belongs_to(organisation_id)):
        abort(404)
    today = clock.today()
    return render_template(
        "organisations/show.html",
        organisation=row,
        own=current_person().belongs_to(organisation_id),
        size=organisations.size_words(row, on=row.facts_on or today),
        notices=[
            replace(card(each, today=today), organisation_name="") for each in listings.published_by(row)
        ],
        past_work=listings.past_work_of(row),
    )


def _show(folder: str, listing: Listing) -> ResponseReturnValue:
    """The page of a listing: for everyone, for who could answer it, and for its owner."""
    person = current_person()
    own = person.belongs_to(listing.organisation_id)
    asks = listing.family in ASKS
    return render_template(
        f"{folder}/show.html",
        listing=listing,
        status=STATUS_WORDS[listing.status],
        preview=False,
        own=own,
        match=None if own else matching.fit_of(person.acting_for, listing),
        fits=matching.fits_for(listing) if own and asks else (),
        promises=pledges.towards(listing) if isinstance(listing, Need) else (),
        answers=responses.to(listing) if own and isinstance(listing, Opportunity) else (),
        my_answer=_answer_of(person.acting_for, listing),
        can_edit=may(f"{listing.family}.edit", listing),
        miles=None if own else _miles_between(person.acting_for, listing),
    )


def _answer_of(organisation: Organisation | None, listing: Listing) -> Response | None:
    """What the organisation has answered to this opportunity already."""
    if organisation is None or not isinstance(listing, Opportunity):
        return None
    return responses.of_pair(listing, organisation)


def _miles_between(organisation: Organisation | None, listing: Listing) -> float | None:
    """How far apart two are, where both are on the map."""
    here, there = _point(organisation), _point(listing)
    return miles_between(here, there) if here and there else None


def _point(row: Organisation | Listing | None) -> Point | None:
    if row is None or row.lat is None or row.lon is None:
        return None
    return Point(row.lat, row.lon)


@requires("opportunity.see", Opportunity)
def show_opportunity(opportunity: Opportunity) -> ResponseReturnValue:
    return _show("opportunities", opportunity)


@requires("need.see", Need)
def show_need(need: Need) -> ResponseReturnValue:
    return _show("needs", need)


@requires("capability.see", Capability)
def show_capability(capability: Capability) -> ResponseReturnValue:
    return _show("capabilities", capability)


@requires("offer.see", Offer)
def show_offer(offer: Offer) -> ResponseReturnValue:
    return _show("offers", offer)
