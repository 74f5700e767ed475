"""The front page: true figures, the newest notices, and what to do where there is nothing yet."""

from dataclasses import replace

from marketplace.extensions import db
from marketplace.home import queries
from marketplace.home.queries import Stage as Stair
from marketplace.ledger import services as ledger
from marketplace.ledger.models import Side, Stage
from marketplace.ledger.services import About
from marketplace.listings.models import ListingStatus, QuantityKind
from tests.factories import (
    NOON,
    NeedFactory,
    OpportunityFactory,
    OrganisationFactory,
    PlaceFactory,
)
from tests.scenes import counted_queries

STEPS = (Stage.PROMISED, Stage.ACCEPTED, Stage.DELIVERED, Stage.CONFIRMED, Stage.VERIFIED)
UNITS = {"goods": "items", "money": "£"}


def enter_everything() -> None:
    """Something of each kind at each step, a little less at each; and money spent, which is not support."""
    need, giver = NeedFactory(), OrganisationFactory()
    for at, kind in enumerate(QuantityKind):
        about = About(
            side=Side.SUPPORT,
            kind=kind.value,
            unit=UNITS.get(kind.value, "hours"),
            giver_id=giver.id,
            receiver_id=need.organisation_id,
            listing_id=need.id,
        )
        for number, step in enumerate(STEPS):
            ledger.enter(f"{kind}/{step}", step, 1_000 * (at + 1) - number, about, actor=None, now=NOON)
    spent = replace(about, side=Side.SPEND, kind="money", unit="£")
    ledger.enter("spent", Stage.AWARDED, 99_000, spent, actor=None, now=NOON)
    db.session.commit()


def test_nothing_pledged_is_nought_at_every_step(app):
    assert queries.stages() == [
        Stair(name, 0, 0, 0) for name in ("Promised", "Accepted", "Delivered", "Confirmed", "Verified")
    ]


def test_each_step_is_what_stands_in_the_ledger(app):
    enter_everything()

    # Volunteering, rooms and skilled help are hours: 1,000, 4,000 and 5,000 of them.
    assert queries.stages() == [
        Stair(step.value.capitalize(), 10_000 - 3 * number, 2_000 - number, 3_000 - number)
        for number, step in enumerate(STEPS)
    ]


def test_the_figures_are_on_the_page_and_lead_to_the_entries_behind_them(app, visitor):
    enter_everything()
    visitor.open("/")

    for stage in queries.stages():
        assert f"{stage.hours:,}" in visitor.text
        assert f"£{stage.pounds:,}" in visitor.text
    assert "£99,000" not in visitor.text
    visitor.click("See the entries behind these figures")
    assert visitor.path == "/ledger"


def test_the_newest_open_notices_are_shown_and_nothing_private(app, visitor):
    NeedFactory(title="Twelve chairs")
    NeedFactory(title="A secret draft", status=ListingStatus.DRAFT, published_at=None)
    NeedFactory(title="Long closed", status=ListingStatus.CLOSED)
    OpportunityFactory(title="Lunch for sixty")
    db.session.commit()
    visitor.open("/")

    assert "Twelve chairs" in visitor.text
    assert "Lunch for sixty" in visitor.text
    assert "A secret draft" not in visitor.text
    assert "Long closed" not in visitor.text
    assert "1 need" in visitor.text
    assert "1 opportunity" in visitor.text


def test_an_empty_place_says_what_to_put_up_first(app, visitor):
    PlaceFactory()
    db.session.commit()
    visitor.open("/")

    assert "Nobody has asked for anything yet" in visitor.text
    assert "No work is on the board yet" in visitor.text
    assert {"/needs/new", "/opportunities/new"} <= {a["href"] for a in visitor.page.find_all("a", href=True)}


def test_a_database_without_a_place_says_what_to_do_first(app, visitor):
    visitor.open("/", status=503)

    assert "marketplace places add" in visitor.text or "make run" in visitor.text


def test_the_search_box_on_the_front_page_searches(app, visitor):
    PlaceFactory()
    db.session.commit()
    visitor.open("/").press("Look on the board", q="chairs", where="Crook")

    assert visitor.path == "/search?q=chairs&where=Crook"


def test_a_fuller_board_takes_no_more_queries(app, visitor):
    for _ in range(2):
        NeedFactory()
        OpportunityFactory()
    db.session.commit()
    visitor.open("/")
    with counted_queries() as few:
        visitor.open("/")
    for _ in range(6):
        NeedFactory()
        OpportunityFactory()
    db.session.commit()
    with counted_queries() as many:
        visitor.open("/")

    assert len(many) == len(few) <= 25


def test_the_pages_that_explain_open_on_an_empty_place(app, visitor):
    PlaceFactory()
    db.session.commit()
    for path in ("/how-it-works", "/privacy", "/accessibility"):
        visitor.open(path)
