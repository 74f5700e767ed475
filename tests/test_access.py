"""Who may use what: every endpoint says, and no stranger gets further than it says."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from marketplace import access, rules
from marketplace.accounts.models import User
from marketplace.discovery import services as discovery
from marketplace.discovery.models import SavedSearch
from marketplace.extensions import db
from marketplace.files import services as files
from marketplace.listings.models import ListingStatus
from marketplace.mail.models import MailMessage, Stream
from marketplace.messages import services as threads
from marketplace.messages.models import MessageReport
from marketplace.organisations.models import MembershipRole, Organisation
from marketplace.pledges import entries
from marketplace.pledges.models import Bundle, Delivery, DeliveryStatus, Story
from marketplace.portfolio.models import Shortlisted
from marketplace.responses.models import Outcome, OutcomeKind, Payment, Question, Response
from marketplace.teams.models import Budget
from marketplace.volunteering.models import SignUp
from tests.factories import (
    NOON,
    CapabilityFactory,
    MatchFactory,
    MembershipFactory,
    NeedFactory,
    OfferFactory,
    OpportunityFactory,
    PlaceFactory,
    PledgeFactory,
    UserFactory,
)
from tests.invariants import check_page

FAMILIES = ("need", "offer", "capability", "opportunity")
ANYONE_SEES = {f"{family}.see" for family in FAMILIES}
ANYONE_ELSE_ANSWERS = {
    "need.pledge",
    "need.shortlist",
    "opportunity.respond",
    "opportunity.ask",
    "offer.request",
    "thread.begin",
}
NAME_NO_ROW = {"shelf"}
THE_CONVENER_DOES = {
    "candidate.put_forward",
    "exposure.report",
    "ledger.verify",
    "letter.see_all",
    "pledge.judge",
    "report.list",
}
# They know a secret, or hold a signed link, instead of having a token.
A_MACHINE_ASKS = {"inbound.receive", "mail.events_of_sendgrid", "subscriptions.stop_now"}
FOR_SOME_THAT_ARE_TICKED = {
    "matching_answers.compare",
    "matching_inviting.compare",
    "matching_inviting.invite",
    "portfolio.new_bundle",
}
LEADS_ON = {"accounts.sign_in": "/desk", "digests.preferences": "/letters"}  # whoever is signed in
TOKEN = "a-token-nobody-signed"


@dataclass
class Scene:
    """One row of everything the owner's organisation has, and three people around it."""

    owner: User
    other: User  # has a pledge, a response and a match with the owner
    stranger: User
    ids: dict[str, Any]  # the value for each name that an address can hold

    def fill(self, rule: Rule) -> dict[str, Any]:
        return {name: self.ids[name] for name in rule.arguments}


@pytest.fixture
def scene(app: Flask) -> Scene:
    PlaceFactory(is_demo=True)
    owner = MembershipFactory(role=MembershipRole.OWNER)
    other, stranger = MembershipFactory(), MembershipFactory()
    mine: Organisation = owner.organisation
    need, opportunity = NeedFactory(organisation=mine), OpportunityFactory(organisation=mine)
    pledge = PledgeFactory(
        listing=need,
        giver=other.organisation,
        receiver=mine,
        quantity=2,
        form_key="one form",
        offered_at=NOON,
    )
    response = Response(
        opportunity=opportunity,
        supplier=other.organisation,
        buyer=mine,
        words="We could.",
        interested_at=NOON,
    )
    letter = MailMessage(
        stream=Stream.NEWS, user_id=owner.user_id, address="a@b.example", subject="News", text="News",
        html="", created_at=NOON,
    )  # fmt: skip
    question = Question(
        opportunity=opportunity, asker=other.organisation, words="When?", form_key="another form",
        asked_at=NOON,
    )  # fmt: skip
    outcome = Outcome(
        opportunity=OpportunityFactory(organisation=mine, status=ListingStatus.COMPLETED), buyer=mine,
        kind=OutcomeKind.AWARDED, winner=other.organisation, value=900, decided_at=NOON,
    )  # fmt: skip
    payment = Payment(
        outcome=outcome, pounds=900, paid_on=NOON.date(), form_key="a third form", declared_at=NOON
    )
    match = MatchFactory(organisation=mine, listing=NeedFactory(organisation=other.organisation))
    kept = SavedSearch(user=owner.user, place=mine.place, address="q=chairs", name="Chairs", created_at=NOON)
    day = NOON.date()
    delivery = Delivery(
        pledge_id=pledge.id, number=1, quantity=2, due_on=day, status=DeliveryStatus.CONFIRMED, delivered=2,
        confirmed=2,
    )  # fmt: skip
    thanks = PledgeFactory(listing=need, giver=other.organisation)
    story = Story(pledge_id=thanks.id, words="Thank you.", published_at=NOON)
    place = SignUp(delivery=delivery, user_id=owner.user_id, signed_up_at=NOON)
    bundle = Bundle(giver_id=mine.id, name="Ours", form_key="a fourth form", created_at=NOON)
    kept_need = Shortlisted(organisation_id=mine.id, listing=match.listing, added_at=NOON)
    budget = Budget(organisation_id=mine.id, name="Ours", starts_on=day, ends_on=day, created_at=NOON)
    db.session.add_all([delivery, place, bundle, kept_need, budget, story])
    thread = threads.thread_of(match.listing, mine, now=NOON)
    message = threads.post(
        thread, "Hello", organisation=other.organisation, actor=other.user, now=NOON, form_key="a form"
    )
    report = MessageReport(
        message=message, reported_by_id=owner.user_id, reason="other", reported_at=NOON, words=""
    )
    db.session.add(report)
    rows = {
        "thread": thread,
        "message": message,
        "messagereport": report,
        "membership": owner,
        "delivery": delivery,
        "signup": place,
        "bundle": bundle,
        "shortlisted": kept_need,
        "budget": budget,
        "story": story,
        "need": need,
        "opportunity": opportunity,
        "offer": OfferFactory(organisation=mine),
        "capability": CapabilityFactory(organisation=mine),
        "organisation": mine,
        "match": match,
        "pledge": pledge,
        "response": response,
        "question": question,
        "outcome": outcome,
        "payment": payment,
        "mailmessage": letter,
        "savedsearch": kept,
    }
    db.session.add_all([pledge, response, question, outcome, payment, letter, kept])
    db.session.flush()
    entries.promised(pledge, pledge.quantity, actor=other.user, now=NOON)
    table = FileStorage(BytesIO(b"Twelve chairs."), filename="chairs.txt")
    file = files.store(table, organisation=mine, actor=None, now=NOON)
    db.session.commit()
    ids = {f"{name}_id": row.id for name, row in rows.items()} | {"listing_id": need.id, "folder": "needs"}
    ids["shelf"], ids["file_id"], ids["name"] = "saved", file.id, file.name
    ids |= {"with_id": other.organisation_id, "secret": "a-word", "number": 1, "letter": "pledge_offered"}
    return Scene(owner.user, other.user, stranger.user, {**ids, "token": TOKEN, "filename": "mark.svg"})


class Caller:
    """Somebody who asks for addresses, each in a context of its own, as a server would answer them."""

    def __init__(self, app: Flask, user: User | None) -> None:
        self.app, self.client = app, app.test_client()
        if user is not None:
            with self.client.session_transaction() as session:
                session["_user_id"] = user.get_id()

    def ask(self, rule: Rule, scene: Scene, method: str = "GET") -> TestResponse:
        with self.app.test_request_context():
            path = self.app.url_for(rule.endpoint, **scene.fill(rule))
        with self.app.app_context():
            return self.client.open(path, method=method, buffered=True)  # what is streamed, to its end


def endpoints(app: Flask, method: str) -> Iterator[tuple[Rule, str]]:
    """Every address of ours that answers this method, and its rule (or `public`)."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.endpoint != "static":
            yield rule, app.view_functions[rule.endpoint].access  # type: ignore[attr-defined]  # our mark


def answers(app: Flask, scene: Scene, user: User | None, method: str) -> Iterator[tuple[Rule, str, Any]]:
    """What this person gets from each endpoint that is not public."""
    caller = Caller(app, user)
    for rule, action in endpoints(app, method):
        if action != "public":
            yield rule, action, caller.ask(rule, scene, method)


@pytest.fixture
def without_tokens(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let forms in without their token, so that only the rule can refuse."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)


def test_every_endpoint_says_who_may_use_it(app):
    silent = [
        name
        for name, view in app.view_functions.items()
        if name != "static" and getattr(view, "access", None) not in {"public", *rules.RULES}
    ]

    assert silent == []


def test_every_rule_is_used_by_some_endpoint(app):
    used = {getattr(view, "access", "") for view in app.view_functions.values()}

    assert set(rules.RULES) - used == set()


def test_every_public_endpoint_is_named_here(app):
    public = {name for name, view in app.view_functions.items() if getattr(view, "access", "") == "public"}

    assert public == {
        *("accounts.sign_up", "accounts.check_email", "accounts.confirm", "accounts.sign_in"),
        *("accounts.sign_out", "accounts.forgot", "accounts.reset", "organisations.invitation"),
        *("discovery.search", "discovery.suggest", "discovery.map_points", "discovery.feed"),
        *("discovery.wards", "discovery.organisation", "health.show", "inbound.receive"),
        "mail.events_of_sendgrid",
        *("ledger.index", "ledger.table", "ledger.entry", "listings.renew"),
        "digest_answers.answer",
        *("subscriptions.by_link", "subscriptions.stop", "subscriptions.stop_now"),
        *("home.index", "home.how_it_works", "home.privacy", "home.accessibility"),
    }


def test_a_rule_nobody_wrote_cannot_be_asked_for():
    with pytest.raises(LookupError, match=r"need\.burn"):
        access.requires("need.burn")
    with pytest.raises(KeyError):
        rules.allows("need.burn", access.Person(None, (), None))


def test_signed_out_every_private_page_leads_to_sign_in_and_back(app, scene):
    seen = 0
    for rule, action, answer in answers(app, scene, None, "GET"):
        if action not in ANYONE_SEES:
            assert answer.status_code == 302, rule
            assert answer.location.startswith("/sign-in?next=/"), rule
            seen += 1

    assert seen > 20


def test_signed_out_every_button_leads_to_sign_in(app, scene, without_tokens):
    for rule, _, answer in answers(app, scene, None, "POST"):
        assert (answer.status_code, answer.location) == (302, "/sign-in"), rule


@pytest.mark.parametrize("who", ["nobody", "owner"])
def test_a_form_without_its_token_is_a_400_everywhere(app, scene, who):
    caller = Caller(app, scene.owner if who == "owner" else None)
    wrong = {}
    for rule, _ in endpoints(app, "POST"):
        if rule.endpoint in A_MACHINE_ASKS:
            continue
        answer = caller.ask(rule, scene, "POST")
        if answer.status_code != 400:
            wrong[rule.rule] = answer.status_code

    assert wrong == {}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_stranger_gets_no_further_than_what_is_public(app, scene, without_tokens, method):
    wrong, seen = {}, 0
    for rule, action, answer in answers(app, scene, scene.stranger, method):
        if (
            not rule.arguments - NAME_NO_ROW
            or action in ANYONE_SEES | ANYONE_ELSE_ANSWERS
            or "token" in rule.arguments
        ):
            continue
        seen += 1
        if answer.status_code not in (403, 404):
            wrong[rule.rule] = answer.status_code

    assert seen > 10
    assert wrong == {}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_peoples_drafts_do_not_exist(app, scene, without_tokens, method):
    for family in FAMILIES:
        row = db.session.get_one(FACTORIES[family]._meta.model, scene.ids[f"{family}_id"])
        row.status, row.published_at = ListingStatus.DRAFT, None
    db.session.commit()
    wrong, seen = {}, 0
    for rule, _, answer in answers(app, scene, scene.stranger, method):
        if rule.arguments & {"listing_id", *(f"{family}_id" for family in FAMILIES)}:
            seen += 1
            if answer.status_code != 404:
                wrong[rule.rule] = answer.status_code

    assert seen > 8
    assert wrong == {}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_row_that_is_not_there_is_a_404(app, scene, without_tokens, method):
    scene.ids = {name: 987_654 if name.endswith("_id") else value for name, value in scene.ids.items()}

    for rule, _, answer in answers(app, scene, scene.owner, method):
        if any(name.endswith("_id") for name in rule.arguments):
            assert answer.status_code == 404, rule


def test_the_other_side_of_a_pledge_cannot_make_the_owners_moves(app, scene, without_tokens):
    theirs = {
        *("pledge.approve", "pledge.move", "pledge.see"),
        *("response.give", "response.see", "match.see"),
    }
    wrong = {}
    for rule, action, answer in answers(app, scene, scene.other, "POST"):
        bound = action.partition(".")[0] in ("pledge", "response", "match")
        if bound and action not in theirs and answer.status_code != 404:
            wrong[rule.rule] = answer.status_code

    assert wrong == {}


def test_the_convener_sees_drafts_and_edits_nothing(app, scene):
    need = NeedFactory(status=ListingStatus.DRAFT, published_at=None)
    convener = access.Person(UserFactory(is_convener=True), (), None)

    assert rules.allows("need.see", convener, need)
    assert not rules.allows("need.edit", convener, need)


def test_every_page_opens_for_those_it_is_for_and_is_well_made(app, scene):
    discovery.rebuild()
    owner, other = Caller(app, scene.owner), Caller(app, scene.other)
    convener = Caller(app, UserFactory(is_convener=True))
    db.session.commit()
    seen = 0
    for rule, action in endpoints(app, "GET"):
        if "token" in rule.arguments:
            continue
        caller = other if action in ANYONE_ELSE_ANSWERS else owner
        caller = convener if action in THE_CONVENER_DOES else caller
        answer = caller.ask(rule, scene)
        if rule.endpoint in FOR_SOME_THAT_ARE_TICKED:
            assert answer.location.endswith(("/who-could", "/answers", "/shortlist")), rule
            continue
        if rule.endpoint in LEADS_ON:
            assert answer.location == LEADS_ON[rule.endpoint]
            continue
        assert answer.status_code == 200, f"{rule} answered {answer.status_code}"
        if answer.mimetype == "text/html" and rule.endpoint != "demo.message_html":
            check_page(answer.text, where=rule.rule)
            seen += 1

    assert seen > 40


FACTORIES = {
    "need": NeedFactory,
    "offer": OfferFactory,
    "capability": CapabilityFactory,
    "opportunity": OpportunityFactory,
}
