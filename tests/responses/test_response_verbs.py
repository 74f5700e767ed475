"""Answering an opportunity, and what the buyer says to it."""

from collections import Counter
from datetime import timedelta

import pytest

from marketplace.accounts.models import User
from marketplace.errors import InvalidTransition, Refused
from marketplace.extensions import db
from marketplace.listings import services as listings
from marketplace.opportunities.models import Opportunity
from marketplace.responses import queries, services
from marketplace.responses.models import NEXT, Response, ResponseStatus
from marketplace.responses.services import AnswerDetails, Feedback
from tests.factories import NOON, OrganisationFactory
from tests.racing import at_once
from tests.responses.conftest import Scene
from tests.scenes import events, jobs, letters, member_of

LATER = NOON + timedelta(hours=3)


def shortlisted(scene: Scene) -> Response:
    response = scene.answer()
    services.shortlist(response, actor=scene.buyer, now=NOON)
    return response


def declined(scene: Scene) -> Response:
    response = scene.answer()
    services.decline(response, Feedback(reason="The price was too high"), actor=scene.buyer, now=NOON)
    return response


def withdrawn(scene: Scene) -> Response:
    response = scene.answer()
    services.withdraw(response, actor=scene.cook, now=NOON)
    return response


def test_an_answer_is_told_to_everybody_at_the_buyer(scene):
    colleague = member_of(scene.opportunity.organisation)
    response = scene.answer()

    assert (response.status, response.words) == (ResponseStatus.INTERESTED, "We could, on the 3rd.")
    assert (response.supplier, response.buyer) == (scene.larder, scene.opportunity.organisation)
    assert letters() == [("response", scene.buyer.email), ("response", colleague.email)]
    assert events() == ["response.sent"]
    assert jobs("matching.converted") == [
        {"organisation_id": scene.larder.id, "listing_id": scene.opportunity.id}
    ]


def test_answering_again_changes_the_words_and_writes_to_nobody(scene):
    first = scene.answer()
    second = scene.answer("We could, on the 4th.")

    assert first is second
    assert first.words == "We could, on the 4th."
    assert db.session.query(Response).count() == 1
    assert len(letters()) == 1


def test_a_shortlisted_answer_keeps_its_place_when_its_words_change(scene):
    response = shortlisted(scene)
    scene.answer("A better price.")

    assert (response.status, response.words) == (ResponseStatus.SHORTLISTED, "A better price.")


def test_two_suppliers_are_two_answers(scene):
    other = OrganisationFactory()
    mine = scene.answer()
    theirs = services.respond(
        scene.opportunity,
        AnswerDetails(words="So could we."),
        supplier=other,
        actor=member_of(other),
        now=NOON,
    )

    assert list(queries.to(scene.opportunity)) == [mine, theirs]


@pytest.mark.parametrize(
    ("make", "letter"), [(shortlisted, "response_shortlisted"), (declined, "response_declined")]
)
def test_the_buyers_word_is_told_to_the_supplier_only(scene, make, letter):
    make(scene)

    assert [address for name, address in letters() if name == letter] == [scene.cook.email]


def test_a_no_keeps_its_reason_and_cannot_be_answered_again(scene):
    response = declined(scene)

    assert (response.status, response.reason) == (ResponseStatus.DECLINED, "The price was too high")
    with pytest.raises(Refused, match="decided about your answer already"):
        scene.answer("Please?")
    with pytest.raises(Refused, match="decided about your answer already"):
        services.withdraw(response, actor=scene.cook, now=NOON)


def test_somebody_shortlisted_can_still_be_told_no(scene):
    response = shortlisted(scene)
    services.decline(response, Feedback(reason="We are not going ahead"), actor=scene.buyer, now=LATER)

    assert (response.status, response.shortlisted_at, response.declined_at) == (
        ResponseStatus.DECLINED, NOON, LATER,
    )  # fmt: skip


def test_an_answer_taken_back_is_gone_from_the_buyers_list_and_can_be_given_again(scene):
    response = withdrawn(scene)
    assert list(queries.to(scene.opportunity)) == []

    again = AnswerDetails(words="After all.")
    services.respond(scene.opportunity, again, supplier=scene.larder, actor=scene.cook, now=LATER)

    assert (response.status, response.withdrawn_at, response.interested_at) == (
        ResponseStatus.INTERESTED, None, LATER,
    )  # fmt: skip
    assert list(queries.to(scene.opportunity)) == [response]


@pytest.mark.parametrize("verb", [services.shortlist, services.decline])
def test_the_buyer_cannot_answer_what_was_taken_back(scene, verb):
    response = withdrawn(scene)
    more = (Feedback(reason="Something else"),) if verb is services.decline else ()

    with pytest.raises(Refused):
        verb(response, *more, actor=scene.buyer, now=NOON)
    assert response.status is ResponseStatus.WITHDRAWN
    assert response.reason == ""


@pytest.mark.parametrize("make", [shortlisted, declined, withdrawn])
def test_pressing_a_button_twice_does_nothing_more(scene, make):
    response = make(scene)
    before = letters(), events(), response.status
    if make is shortlisted:
        services.shortlist(response, actor=scene.buyer, now=LATER)
    elif make is declined:
        services.decline(response, Feedback(reason="Something else"), actor=scene.buyer, now=LATER)
    else:
        services.withdraw(response, actor=scene.cook, now=LATER)

    assert (letters(), events(), response.status) == before
    assert response.reason in ("", "The price was too high")


def test_a_closed_opportunity_takes_no_answers(scene):
    listings.close(scene.opportunity, actor=scene.buyer, now=NOON)

    with pytest.raises(Refused, match="takes no more answers"):
        scene.answer()
    assert letters() == []


def test_the_last_day_counts_to_its_end_and_not_beyond(scene):
    scene.opportunity.closes_on = NOON.date()
    scene.answer()
    scene.opportunity.closes_on = NOON.date() - timedelta(days=1)

    with pytest.raises(Refused, match="takes no more answers"):
        scene.answer("Too late?")


@pytest.mark.parametrize("before", ResponseStatus)
@pytest.mark.parametrize("after", ResponseStatus)
def test_only_the_moves_in_the_table_are_made(before, after):
    response = Response(status=before)
    if after in NEXT.get(before, ()):
        response.move_to(after, at=NOON)
        assert getattr(response, f"{after.value}_at") == NOON
    else:
        with pytest.raises(InvalidTransition):
            response.move_to(after, at=NOON)


def test_the_same_answer_sent_many_times_at_once_is_one(app, scene):
    opportunity_id, cook_id = scene.opportunity.id, scene.cook.id

    def send() -> None:
        cook = db.session.get_one(User, cook_id)
        opportunity = db.session.get_one(Opportunity, opportunity_id)
        details = AnswerDetails(words="We could.")
        services.respond(
            opportunity, details, supplier=cook.memberships[0].organisation, actor=cook, now=NOON
        )

    assert at_once(app, [send] * 8) == ["done"] * 8
    assert db.session.query(Response).count() == 1
    assert Counter(letters()) == {("response", scene.buyer.email): 1}
