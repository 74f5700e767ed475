"""A notice drafted from the record: a sentence for each fact, and nothing that nobody said."""

from datetime import date

import pytest

from marketplace.opportunities.models import OpportunityKind
from marketplace.opportunities.thresholds import reservation
from marketplace.opportunities.wording import DRAFT, wording
from marketplace.organisations.models import OrganisationKind
from tests.factories import MembershipFactory, OpportunityFactory, UserFactory
from tests.scenes import member_of, signed_in
from tests.visitor import Visitor

BEFORE, AFTER = date(2026, 2, 3), date(2026, 2, 4)


def opportunity(**facts):
    given = {
        "organisation__kind": OrganisationKind.PUBLIC, "organisation__name": "Town Council",
        "value_low": 2000, "value_high": 5000, "closes_on": date(2026, 12, 11),
        "starts_on": date(2027, 1, 4), **facts,
    }  # fmt: skip
    return OpportunityFactory(**given)


def drafted(row, *, today=AFTER):
    return wording(row, must_have=["Food hygiene 5"], categories=["Event catering"], today=today)


def test_each_sentence_comes_from_a_fact(app):
    draft = drafted(opportunity())

    for words in (
        "Town Council invites quotes: Lunch for a conference of sixty.",
        "It is about Event catering.",
        "£2,000 to £5,000, without VAT",
        "Bishop Auckland, County Durham",
        "4 January 2027",
        "Food hygiene 5",
        "11 December 2026",
    ):
        assert words in draft.text
    assert draft.text.startswith(DRAFT)
    assert all(part.fact for part in draft.parts)


@pytest.mark.parametrize(
    ("gone", "missing"),
    [
        ({"value_low": None, "value_high": None}, "The value"),
        ({"closes_on": None}, "The last day to answer"),
        ({"starts_on": None}, "When the work starts"),
        ({"town": ""}, "Where the work is"),
        ({"body": ""}, "What the work is"),
    ],
)
def test_what_the_record_lacks_is_named_and_not_made_up(app, gone, missing):
    draft = drafted(opportunity(**gone))

    assert any(each.startswith(missing) for each in draft.missing)
    assert "None" not in draft.text
    assert "value not said" not in draft.text


def test_what_no_record_holds_is_always_named(app):
    assert drafted(opportunity()).missing == (
        "How long the contract lasts",
        "How answers are judged, and what each part weighs",
    )


def test_from_4_february_2026_a_competition_may_be_kept_to_an_area(app):
    assert reservation(on=BEFORE) is None
    rule = reservation(on=AFTER)
    row = opportunity()

    assert not any("keep" in each for each in drafted(row, today=BEFORE).route)
    route = " ".join(drafted(row).route)
    assert "Since 4 February 2026" in route
    assert rule.source in route
    assert "voluntary and community groups" in route


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"value_high": 500_000}, "This draft is for less than that"),
        ({"value_low": None, "value_high": None}, "Without a value"),
        ({"organisation__kind": OrganisationKind.DEVELOPER}, "may not hold for it"),
        ({"kind": OpportunityKind.GRANT}, "not a purchase"),
    ],
)
def test_where_no_rule_is_known_to_hold_none_is_said(app, facts, says):
    route = " ".join(drafted(opportunity(**facts)).route)

    assert says in route
    assert "reserved to" not in route


@pytest.mark.parametrize(("who", "status"), [("owner", 200), ("convener", 200), ("stranger", 403)])
def test_the_draft_is_for_its_buyer_and_the_convener(app, who, status):
    row = opportunity()
    user = {
        "owner": lambda: member_of(row.organisation),
        "convener": lambda: UserFactory(is_convener=True),
        "stranger": lambda: MembershipFactory().user,
    }[who]()
    visitor = signed_in(Visitor(app), user).open(f"/opportunities/{row.id}/wording", status=status)

    assert ("Town Council invites quotes" in visitor.page.text) is (status == 200)
