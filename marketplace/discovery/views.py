"""The public pages of listings and organisations."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.access import current_person, may, public, requires
from marketplace.capabilities.models import Capability
from marketplace.credentials.catalogue import Credential
from marketplace.credentials.catalogue import catalogue as credentials
from marketplace.extensions import db
from marketplace.listings import advice
from marketplace.listings import queries as listings
from marketplace.listings.cards import STATUS_WORDS, card, miles_apart
from marketplace.listings.models import ASKS, Listing
from marketplace.matching import candidates
from marketplace.matching import queries as matching
from marketplace.needs.models import Need
from marketplace.offers.models import Offer
from marketplace.opportunities.models import Opportunity
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import Organisation
from marketplace.pledges import lists as thanks
from marketplace.pledges import queries as pledges
from marketplace.responses import queries as responses
from marketplace.responses.deadlines import undecided_words
from marketplace.responses.models import Response
from marketplace.responses.viewing import came_of


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
        held=credentials().among(row.credentials),
        notices=[
            replace(card(each, today=today), organisation_name="") for each in listings.published_by(row)
        ],
        past_work=listings.past_work_of(row),
        stories=thanks.stories_with(row),
        promptness=responses.promptness(row, today=today).words,
        overdue=[
            (each, undecided_words(closed, today=today))
            for each, closed in responses.overdue_of(row, today=today)
        ],
    )


def _show(folder: str, listing: Listing) -> ResponseReturnValue:
    """The page of a listing: for everyone, for who could answer it, and for its owner."""
    person = current_person()
    own = person.belongs_to(listing.organisation_id)
    asks = listing.family in ASKS
    must_have = listings.must_have(listing)
    return render_template(
        f"{folder}/show.html",
        listing=listing,
        must_have=must_have,
        lacks=() if own else _lacking(person.acting_for, must_have),
        status=STATUS_WORDS[listing.status],
        preview=False,
        own=own,
        match=None if own else matching.fit_of(person.acting_for, listing),
        fits=candidates.shortlist(listing, today=clock.today()) if own and asks else (),
        promises=pledges.towards(listing, own=own, reader=person.acting_for)
        if isinstance(listing, Need)
        else None,
        waiting=thanks.waiting_for(listing) if isinstance(listing, Need) else 0,
        stories=thanks.stories_about(listing) if isinstance(listing, Need | Offer) else (),
        answers=responses.to(listing) if own and isinstance(listing, Opportunity) else (),
        my_answer=_answer_of(person.acting_for, listing),
        **(came_of(listing, own=own, reader=person.acting_for) if isinstance(listing, Opportunity) else {}),
        can_edit=may(f"{listing.family}.edit", listing),
        could_add=advice.for_owner(listing) if own else (),
        miles=None if own else miles_apart(person.acting_for, listing),
    )


def _lacking(organisation: Organisation | None, must_have: Sequence[Credential]) -> Sequence[Credential]:
    """What the organisation does not say it holds, of what the listing asks for."""
    if organisation is None or not must_have:
        return ()
    return credentials().lacking((each.slug for each in must_have), organisation.credentials)


def _answer_of(organisation: Organisation | None, listing: Listing) -> Response | None:
    """What the organisation has answered to this opportunity already."""
    if organisation is None or not isinstance(listing, Opportunity):
        return None
    return responses.of_pair(listing, organisation)


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
