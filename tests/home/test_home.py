"""The front page: true figures, the newest notices, and what to do where there is nothing yet."""

from marketplace.extensions import db
from marketplace.home import queries
from marketplace.home.queries import Stage
from marketplace.listings.models import ListingStatus, Quantity, QuantityKind
from marketplace.pledges.models import Pledge, PledgeStatus
from tests.factories import NOON, NeedFactory, OpportunityFactory, OrganisationFactory, PlaceFactory
from tests.scenes import counted_queries

KINDS = tuple(QuantityKind)


def pledge_everything() -> None:
    """One pledge for each kind and status; the quantity tells them apart in any sum."""
    lines = [Quantity(kind=kind, wanted=10_000, position=at) for at, kind in enumerate(KINDS)]
    need, giver = NeedFactory(quantities=lines), OrganisationFactory()
    for number, status in enumerate(PledgeStatus):
        for line in need.quantities:
            quantity = (number + 1) * 10 + line.position
            db.session.add(
                Pledge(
                    need=need,
                    quantity_row=line,
                    giver=giver,
                    receiver=need.organisation,
                    quantity=quantity,
                    status=status,
                    form_key=f"{number} {line.position}",
                    offered_at=NOON,
                )
            )
    db.session.commit()


def summed(statuses: set[PledgeStatus], kinds: set[QuantityKind]) -> int:
    """The sum over the pledges themselves, row by row."""
    rows = db.session.scalars(db.select(Pledge))
    return sum(row.quantity for row in rows if row.status in statuses and row.quantity_row.kind in kinds)


def test_nothing_pledged_is_nought_at_every_step(app):
    assert queries.stages() == [
        Stage(name, 0, 0, 0) for name in ("Promised", "Accepted", "Delivered", "Confirmed")
    ]


def test_each_step_is_the_sum_of_the_pledges_that_came_so_far(app):
    pledge_everything()
    hours = {QuantityKind.VOLUNTEERS, QuantityKind.SPACE, QuantityKind.SKILLS}
    reached = [PledgeStatus.OFFERED, PledgeStatus.ACCEPTED, PledgeStatus.DELIVERED, PledgeStatus.CONFIRMED]

    for at, stage in enumerate(queries.stages()):
        statuses = set(reached[at:])
        assert stage.hours == summed(statuses, hours)
        assert stage.items == summed(statuses, {QuantityKind.GOODS})
        assert stage.pounds == summed(statuses, {QuantityKind.MONEY})


def test_the_figures_are_on_the_page(app, visitor):
    pledge_everything()
    visitor.open("/")

    for stage in queries.stages():
        assert f"{stage.hours:,}" in visitor.text
        assert f"£{stage.pounds:,}" in visitor.text


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
