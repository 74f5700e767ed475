"""What the forms of the four families accept, and the words when it is wrong."""

from datetime import timedelta
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from marketplace import clock
from marketplace.capabilities.forms import CapabilityForm
from marketplace.extensions import db
from marketplace.listings.forms import ListingForm
from marketplace.listings.models import Quantity, QuantityKind
from marketplace.needs.forms import NeedForm
from marketplace.offers.forms import OfferForm
from marketplace.opportunities.forms import OpportunityForm
from tests.factories import CapabilityFactory, NeedFactory, OfferFactory, OpportunityFactory, PlaceFactory

FORMS = {"need": NeedForm, "offer": OfferForm, "opportunity": OpportunityForm, "capability": CapabilityForm}
FACTORIES = {
    "need": NeedFactory,
    "offer": OfferFactory,
    "opportunity": OpportunityFactory,
    "capability": CapabilityFactory,
}
SHARED = {
    "title": "Twelve chairs",
    "body": "Ours broke.",
    "category": "furniture-goods",
    "where": "Crook",
}
ONE_LINE = {"quantities-0-kind": "goods", "quantities-0-wanted": "12", "quantities-0-what": "chairs"}


def in_days(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def answers(family: str) -> dict[str, Any]:
    """The least that this family's form accepts."""
    if family == "opportunity":
        return {**SHARED, "kind": "quote", "closes_on": in_days(30)}
    return {**SHARED, **(ONE_LINE if family in ("need", "offer") else {})}


def sent(family: str, **changed: Any) -> ListingForm:
    """The form as somebody sent it, validated; None clears a field."""
    PlaceFactory()
    values = {key: value for key, value in {**answers(family), **changed}.items() if value is not None}
    form = FORMS[family](formdata=MultiDict(values), meta={"csrf": False})
    form.validate()
    return form


@pytest.mark.parametrize("family", FORMS)
def test_the_least_that_can_be_said_is_enough(app, family):
    form = sent(family)

    assert form.errors == {}
    assert form.details().title == "Twelve chairs"


@pytest.mark.parametrize("family", ["need", "capability"])
@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("title", "Give it a title"),
        ("body", "Tell people more about it"),
        ("category", "Choose what it’s about"),
        ("where", "Enter a postcode or town"),
    ],
)
def test_what_is_left_out_is_asked_for(app, family, field, words):
    assert sent(family, **{field: "   " if field != "category" else ""}).errors == {field: [words]}


WRONG = [
    ("opportunity", {"closes_on": in_days(-1)}, "closes_on", "Choose a last day in the future"),
    ("opportunity", {"closes_on": None}, "closes_on", "Enter the last day, such as 27 3 2027"),
    ("opportunity", {"closes_on": "soon"}, "closes_on", None),
    ("opportunity", {"value_low": "500", "value_high": "400"}, "value_high", "at least the lowest"),
    ("opportunity", {"value_low": "-5"}, "value_low", "Enter a number of whole pounds"),
    ("opportunity", {"value_high": "lots"}, "value_high", None),
    ("opportunity", {"kind": "gift"}, "kind", None),
    ("need", {"closes_on": in_days(-1)}, "closes_on", "Choose a day in the future"),
    ("need", {"hosting": "x" * 1001}, "hosting", None),
    ("capability", {"typical_low": "900", "typical_high": "100"}, "typical_high", "at least as much"),
    ("capability", {"reach_miles": "0"}, "reach_miles", "distance from 1 to 500 miles"),
    ("offer", {"reach_miles": "501"}, "reach_miles", "distance from 1 to 500 miles"),
    ("need", {"title": "x" * 121}, "title", None),
    ("need", {"category": "space-travel"}, "category", None),
]


@pytest.mark.parametrize(("family", "changed", "field", "words"), WRONG)
def test_a_wrong_answer_is_told_at_its_own_field(app, family, changed, field, words):
    errors = sent(family, **changed).errors

    assert list(errors) == [field]
    assert words is None or words in errors[field][0]


@pytest.mark.parametrize("family", ["opportunity", "need"])
def test_today_is_a_good_last_day(app, family):
    assert sent(family, closes_on=in_days(0)).errors == {}


@pytest.mark.parametrize("typed", ["1,500", "£1500", " £1,500 "])
def test_money_is_read_as_people_type_it(app, typed):
    assert sent("opportunity", value_low=typed).details().value_low == 1500


def test_the_same_lowest_and_highest_are_a_fixed_price(app):
    details = sent("opportunity", value_low="400", value_high="400").details()

    assert (details.value_low, details.value_high) == (400, 400)


@pytest.mark.parametrize(
    ("line", "part", "words"),
    [
        ({"quantities-0-kind": ""}, "kind", "Choose the kind"),
        ({"quantities-0-wanted": ""}, "what", "Say how many, or clear this line"),
        ({"quantities-0-wanted": "0"}, "wanted", "Enter a number of 1 or more"),
        ({"quantities-0-wanted": "-3"}, "wanted", "Enter a number of 1 or more"),
        ({"quantities-0-wanted": "a few"}, "wanted", None),
    ],
)
def test_a_half_filled_line_says_what_is_missing(app, line, part, words):
    errors = sent("need", **line).quantities[0].form.errors

    assert part in errors
    assert words is None or errors[part] == [words]


@pytest.mark.parametrize("family", ["need", "offer"])
def test_at_least_one_line_is_asked_for(app, family):
    blank = dict.fromkeys(ONE_LINE)

    assert "of at least one thing" in sent(family, **blank).errors["quantities"][0]


def test_blank_lines_between_are_left_out(app):
    empty = {"quantities-1-kind": "", "quantities-1-wanted": "", "quantities-1-what": ""}
    form = sent("need", **empty, **{"quantities-2-kind": "money", "quantities-2-wanted": "£1,200"})

    assert [(each.kind, each.wanted, each.what) for each in form.details().quantities] == [
        (QuantityKind.GOODS, 12, "chairs"),
        (QuantityKind.MONEY, 1200, ""),
    ]


@pytest.mark.parametrize("family", ["need", "capability"])
@pytest.mark.parametrize("typed", ["ZZ1 1ZZ", "Atlantis"])
def test_an_unknown_place_is_kept_as_typed_and_towns_are_offered(app, family, typed):
    form = sent(family, where=typed)

    assert list(form.errors) == ["where"]
    assert "We don't know" in form.where.errors[0]
    assert form.where.data == typed
    assert form.where.towns == ("Bishop Auckland", "Crook")


def test_two_categories_that_are_the_same_are_one(app):
    form = sent("capability", category="cleaning", second_category="cleaning")

    assert form.details().categories == ("cleaning",)


@pytest.mark.parametrize("family", FORMS)
def test_a_listing_shown_in_its_form_and_sent_back_unchanged_is_the_same(app, family):
    listing = FACTORIES[family](title="As it was", quote="We sit on the floor.", said_by="Maureen")
    listing.categories = ["furniture-goods"]
    listing.closes_on = clock.today() + timedelta(days=9)
    db.session.flush()
    form = FORMS[family](formdata=None, meta={"csrf": False})
    form.show(listing)
    details = form.details()

    assert (details.title, details.quote, details.said_by) == ("As it was", "We sit on the floor.", "Maureen")
    assert (details.where, details.categories) == ("Bishop Auckland", ("furniture-goods",))
    assert getattr(details, "closes_on", listing.closes_on) == listing.closes_on
    assert [(each.kind, each.wanted, each.what) for each in getattr(details, "quantities", ())] == [
        (row.kind, row.wanted, row.what) for row in listing.quantities
    ]


def test_a_form_leaves_a_line_to_spare(app):
    need = NeedFactory(
        quantities=[
            Quantity(kind=QuantityKind.MONEY, wanted=number + 1, position=number) for number in range(3)
        ]
    )
    form = NeedForm(formdata=None, meta={"csrf": False})
    form.show(need)

    assert len(form.quantities.entries) == 4


def test_a_new_form_starts_where_the_organisation_is(app):
    form = NeedForm(formdata=None, meta={"csrf": False})
    form.start("Crook")

    assert form.where.data == "Crook"
