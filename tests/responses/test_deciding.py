"""Deciding an opportunity: once, with a reason for everybody, in the ledger; put right later."""

from datetime import date, timedelta

import pytest

from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.ledger.models import LedgerEntry
from marketplace.ledger.verifying import verify
from marketplace.listings import services as listings
from marketplace.listings.models import ListingStatus
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation
from marketplace.places.models import Postcode
from marketplace.responses import deciding, paying, queries, services
from marketplace.responses.deciding import Decision
from marketplace.responses.models import Outcome, OutcomeKind, Response, ResponseStatus
from marketplace.responses.paying import PaymentDetails
from marketplace.responses.services import AnswerDetails, Feedback
from tests.factories import NOON, OrganisationFactory
from tests.racing import REFUSED, at_once
from tests.responses.conftest import LATER, WHY
from tests.scenes import events, letters, member_of

LONDON = {"town": "London", "lat": 51.5, "lon": -0.12}


def entries() -> list[tuple[str, int, str | None]]:
    """Each entry of the ledger: key, £, and whom it went to."""
    db.session.commit()
    query = db.select(LedgerEntry.key, LedgerEntry.quantity, Organisation.name)
    query = query.outerjoin(Organisation, Organisation.id == LedgerEntry.receiver_id)
    return [tuple(row) for row in db.session.execute(query.order_by(LedgerEntry.id))]


def correct(scene, outcome, **decision):
    given = {"kind": OutcomeKind.AWARDED, "winner": scene.larder, "value": 900, **decision}
    deciding.correct(outcome, Decision(**given), WHY, actor=scene.buyer, now=LATER)


def test_everyone_who_answered_hears_the_decision_with_a_reason(scene):
    won, lost = scene.answer(), scene.another()
    earlier = scene.another("Seaham Soup")
    services.decline(earlier, WHY, actor=scene.buyer, now=NOON)
    outcome = scene.decide()

    assert (won.status, lost.status, earlier.status) == (
        ResponseStatus.WON, ResponseStatus.LOST, ResponseStatus.DECLINED,
    )  # fmt: skip
    assert (lost.reason, lost.did_well, lost.do_better) == (WHY.reason, WHY.did_well, WHY.do_better)
    told = dict(letters()[-3:])
    assert told["outcome_won"] == scene.cook.email
    assert set(told) == {"outcome_won", "outcome_lost", "outcome_told"}
    assert scene.opportunity.status is ListingStatus.COMPLETED
    assert queries.outcome_of(scene.opportunity) is outcome
    assert entries() == [(f"outcome:{outcome.id}/awarded", 900, "Tow Law Larder")]


def test_nothing_is_decided_before_everyone_has_a_reason(scene):
    scene.answer()
    lost = scene.another()

    with pytest.raises(Refused, match="Say why to Crook Bakery") as refused:
        scene.decide(feedback={lost.id: Feedback(reason="")})
    assert refused.value.field == f"reason_{lost.id}"
    assert queries.outcome_of(scene.opportunity) is None
    assert lost.status is ResponseStatus.INTERESTED


def test_while_it_takes_answers_nothing_is_decided(scene):
    with pytest.raises(Refused, match="still takes answers"):
        deciding.decide(
            scene.opportunity, Decision(kind=OutcomeKind.CANCELLED), {}, actor=scene.buyer, now=NOON
        )


def test_once_its_last_day_has_passed_it_is_closed_by_the_decision(scene):
    scene.answer()
    scene.opportunity.closes_on = NOON.date()
    deciding.decide(
        scene.opportunity, Decision(kind=OutcomeKind.AWARDED, winner=scene.larder), {}, actor=scene.buyer,
        now=NOON + timedelta(days=1),
    )  # fmt: skip

    assert scene.opportunity.status is ListingStatus.COMPLETED


@pytest.mark.parametrize("kind", [OutcomeKind.CANCELLED, OutcomeKind.NONE_SUITABLE])
def test_where_nothing_is_awarded_everyone_is_told_and_the_ledger_stays_as_it_is(scene, kind):
    response = scene.answer()
    outcome = scene.decide(kind=kind, winner=None, value=None)

    assert (response.status, outcome.is_local) == (ResponseStatus.LOST, None)
    assert [name for name, _ in letters()][-1] == "outcome_lost"
    assert entries() == []


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        ({"winner": None}, "Choose who won"),
        ({"kind": OutcomeKind.CANCELLED}, "nobody won"),
        ({"starts_on": date(2027, 2, 1), "ends_on": date(2027, 1, 1)}, "end on or after"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(scene, decision, message):
    scene.answer()

    with pytest.raises(Refused, match=message):
        scene.decide(**decision)


def test_nobody_awards_work_to_themselves(scene):
    with pytest.raises(Refused, match="to yourselves"):
        scene.decide(winner=scene.opportunity.organisation)


def test_one_of_ours_that_never_answered_can_win_and_is_told(scene):
    baker = OrganisationFactory(name="Crook Bakery")
    member = member_of(baker)
    scene.decide(winner=baker)

    assert letters()[-1] == ("outcome_won", member.email)


def test_whether_the_winner_is_local_is_computed(scene):
    scene.answer()
    assert scene.decide().is_local is True


def test_a_winner_from_afar_is_not_local(scene):
    assert scene.decide(winner=OrganisationFactory(**LONDON)).is_local is False


@pytest.mark.parametrize(
    ("postcode", "is_local"), [("DL14 7AB", True), ("SW1A 1AA", False), ("ZE1 0AA", None), ("", None)]
)
def test_a_winner_from_outside_is_local_by_postcode_where_we_know_it(scene, postcode, is_local):
    db.session.add(Postcode(code="DL147AB", district="DL14", lat=54.663, lon=-1.676))
    db.session.add(Postcode(code="SW1A1AA", district="SW1A", lat=51.5, lon=-0.12))
    outcome = scene.decide(winner=None, winner_name="Buffets Ltd", winner_postcode=postcode)

    assert (outcome.winner_words, outcome.is_local) == ("Buffets Ltd", is_local)
    assert entries() == [(f"outcome:{outcome.id}/awarded", 900, None)]


def test_what_was_taken_down_with_answers_still_owes_them_a_decision(scene):
    response = scene.answer()
    listings.withdraw(scene.opportunity, actor=scene.buyer, now=NOON)
    assert list(queries.undecided(scene.opportunity.organisation)) == [scene.opportunity]

    scene.decide(kind=OutcomeKind.CANCELLED, winner=None, value=None)

    assert scene.opportunity.status is ListingStatus.WITHDRAWN
    assert response.status is ResponseStatus.LOST
    assert list(queries.undecided(scene.opportunity.organisation)) == []


def test_a_value_put_right_is_a_correction_that_points_at_the_first(scene):
    outcome = scene.decide()
    entries()
    correct(scene, outcome, value=1200)
    entries()
    correct(scene, outcome, value=700)

    key = f"outcome:{outcome.id}/awarded"
    assert [(name, pounds) for name, pounds, _ in entries()] == [
        (key, 900), (f"{key}/corrected-1", 300), (f"{key}/corrected-2", -500),
    ]  # fmt: skip
    assert "outcome.corrected" in events()


def test_another_winner_takes_over_the_whole_and_both_are_told(scene):
    won, lost = scene.answer(), scene.another()
    outcome = scene.decide()
    deciding.start(outcome, actor=scene.buyer, now=LATER)
    entries()
    correct(scene, outcome, winner=lost.supplier)

    assert (won.status, lost.status) == (ResponseStatus.LOST, ResponseStatus.WON)
    assert {name for name, _ in letters()[-2:]} == {"outcome_lost", "outcome_won"}
    key = f"outcome:{outcome.id}"
    assert entries()[2:] == [
        (f"{key}/awarded/corrected-1", -900, "Tow Law Larder"),
        (f"{key}/awarded/2", 900, "Crook Bakery"),
        (f"{key}/started/corrected-1", -900, "Tow Law Larder"),
    ]
    assert outcome.started_at is None
    deciding.start(outcome, actor=scene.buyer, now=LATER)
    correct(scene, outcome)
    assert sum(pounds for name, pounds, _ in entries() if "/awarded" in name) == 900
    assert won.status is ResponseStatus.WON


def test_an_award_that_fell_through_leaves_nothing_in_the_sums(scene):
    won = scene.answer()
    outcome = scene.decide()
    entries()
    correct(scene, outcome, kind=OutcomeKind.CANCELLED, winner=None, value=None)

    assert won.status is ResponseStatus.LOST
    assert sum(pounds for _, pounds, _ in entries()) == 0


def test_a_payment_starts_the_work_and_is_agreed_to_or_taken_back(scene):
    scene.answer()
    outcome = scene.decide()
    details = PaymentDetails(pounds=400, paid_on=LATER.date(), form_key="a form")
    payment = paying.declare(outcome, details, actor=scene.buyer, now=LATER)
    assert paying.declare(outcome, details, actor=scene.buyer, now=LATER) is payment
    paying.agree(payment, actor=scene.cook, now=LATER)

    assert letters()[-1] == ("payment_declared", scene.cook.email)
    assert (outcome.started_at, outcome.paid, payment.agreed_at) == (LATER, 400, LATER)
    assert [name for name, _, _ in entries()][1:] == [
        f"outcome:{outcome.id}/started", f"payment:{payment.id}/paid",
    ]  # fmt: skip

    for _ in range(2):
        paying.take_back(payment, actor=scene.buyer, now=LATER)
    assert outcome.paid == 0
    assert entries()[-1] == (f"payment:{payment.id}/paid/taken-back", -400, "Tow Law Larder")
    with pytest.raises(Refused, match="taken this payment back"):
        paying.agree(payment, actor=scene.cook, now=LATER)


@pytest.mark.parametrize(
    ("pounds", "days", "message"), [(901, 0, "£900 left"), (100, 1, "a day that has been")]
)
def test_a_payment_beyond_the_award_or_in_the_future_is_refused(scene, pounds, days, message):
    outcome = scene.decide()
    details = PaymentDetails(pounds=pounds, paid_on=(LATER + timedelta(days=days)).date(), form_key="a form")

    with pytest.raises(Refused, match=message):
        paying.declare(outcome, details, actor=scene.buyer, now=LATER)


def test_what_was_paid_stays_within_what_a_correction_says(scene):
    outcome = scene.decide()
    details = PaymentDetails(pounds=400, paid_on=LATER.date(), form_key="a form")
    paying.declare(outcome, details, actor=scene.buyer, now=LATER)
    db.session.commit()

    with pytest.raises(Refused, match="value is at least that"):
        correct(scene, outcome, value=399)
    with pytest.raises(Refused, match="Take back the payments"):
        correct(scene, outcome, winner=OrganisationFactory())


def test_two_colleagues_who_decide_at_once_decide_once(app, scene):
    responses = [scene.answer(), scene.another()]
    scene.close()
    db.session.commit()
    opportunity_id, buyer_id = scene.opportunity.id, scene.buyer.id
    winners, ids = [each.supplier_id for each in responses], [each.id for each in responses]

    def deciding_for(winner_id):
        def verb():
            winner = db.session.get_one(Organisation, winner_id)
            decision = Decision(kind=OutcomeKind.AWARDED, winner=winner, value=900)
            deciding.decide(
                db.session.get_one(Opportunity, opportunity_id), decision, dict.fromkeys(ids, WHY),
                actor=db.session.get_one(User, buyer_id), now=LATER,
            )  # fmt: skip

        return verb

    ended = at_once(app, [deciding_for(winner) for winner in winners * 3])

    assert sorted(ended) == ["done", *[REFUSED + deciding.DECIDED] * 5]
    assert db.session.query(Outcome).count() == 1
    statuses = sorted(db.session.scalars(db.select(Response.status)))
    assert statuses == [ResponseStatus.LOST, ResponseStatus.WON]
    assert [pounds for _, pounds, _ in entries()] == [900]


def test_an_answer_at_the_moment_of_closing_is_in_or_refused_and_never_forgotten(app, scene):
    db.session.commit()
    opportunity_id, buyer_id = scene.opportunity.id, scene.buyer.id
    suppliers = [(each.id, member_of(each).id) for each in (OrganisationFactory() for _ in range(4))]
    db.session.commit()

    def answering(supplier_id, user_id):
        def verb():
            services.respond(
                db.session.get_one(Opportunity, opportunity_id), AnswerDetails(words="Just in time."),
                supplier=db.session.get_one(Organisation, supplier_id),
                actor=db.session.get_one(User, user_id), now=NOON,
            )  # fmt: skip

        return verb

    def closing_and_deciding():
        opportunity, buyer = (
            db.session.get_one(Opportunity, opportunity_id),
            db.session.get_one(User, buyer_id),
        )
        listings.close(opportunity, actor=buyer, now=NOON)
        db.session.commit()
        why = dict.fromkeys((each.id for each in queries.standing(opportunity)), WHY)
        deciding.decide(opportunity, Decision(kind=OutcomeKind.CANCELLED), why, actor=buyer, now=NOON)

    ended = at_once(app, [closing_and_deciding, *(answering(*each) for each in suppliers)])

    assert set(ended) <= {"done", REFUSED + services.CLOSED}
    assert set(db.session.scalars(db.select(Response.status))) <= {ResponseStatus.LOST}
    assert db.session.query(Response).count() == ended.count("done") - 1


def test_the_counters_of_spend_are_the_sums_of_their_entries(scene):
    scene.answer()
    other = scene.another()
    outcome = scene.decide()
    details = PaymentDetails(pounds=400, paid_on=LATER.date(), form_key="a form")
    payment = paying.declare(outcome, details, actor=scene.buyer, now=LATER)
    db.session.commit()
    paying.take_back(payment, actor=scene.buyer, now=LATER)
    db.session.commit()
    correct(scene, outcome, winner=other.supplier, value=1000)
    db.session.commit()
    assert verify().faults == ()

    db.session.execute(db.update(Outcome).values(value=1001))
    db.session.commit()
    assert any("1,001" in each.words or "1001" in each.words for each in verify().faults)


def test_an_answer_taken_back_at_the_moment_of_the_decision_is_one_or_the_other(app, scene):
    mine, other = scene.answer(), scene.another()
    scene.close()
    db.session.commit()
    opportunity_id, buyer_id, cook_id = scene.opportunity.id, scene.buyer.id, scene.cook.id
    mine_id, ids = mine.id, [mine.id, other.id]

    def deciding_against_both():
        opportunity, buyer = (
            db.session.get_one(Opportunity, opportunity_id),
            db.session.get_one(User, buyer_id),
        )
        queries.standing(opportunity)  # as the page does, before anybody waits
        decision = Decision(kind=OutcomeKind.CANCELLED)
        deciding.decide(opportunity, decision, dict.fromkeys(ids, WHY), actor=buyer, now=LATER)

    def taking_back():
        response, cook = db.session.get_one(Response, mine_id), db.session.get_one(User, cook_id)
        services.withdraw(response, actor=cook, now=LATER)

    ended = sorted(at_once(app, [deciding_against_both, taking_back]))

    status = db.session.get_one(Response, mine_id).status
    assert (status, ended) in [
        (ResponseStatus.WITHDRAWN, ["done", "done"]),
        (ResponseStatus.LOST, ["done", REFUSED + services.DECIDED]),
    ]
    told = [name for name, _ in letters()].count("outcome_lost")
    assert told == (1 if status is ResponseStatus.WITHDRAWN else 2)
