"""The ledger in public: figures, the entries behind them, and nothing private; and the convener's page."""

import csv
import io

import pytest

from marketplace.extensions import db
from marketplace.ledger import jobs, verifying
from marketplace.ledger.models import LedgerCheck, Side, Stage
from marketplace.ledger.routes import A_PAGE
from marketplace.listings.models import ListingStatus
from marketplace.organisations.models import OrganisationStatus
from tests.factories import NOON, MembershipFactory, PlaceFactory, UserFactory
from tests.ledger.conftest import Book
from tests.ledger.test_verifying import behind_its_back, totals
from tests.scenes import counted_queries, letters, signed_in


@pytest.fixture
def entered(book: Book) -> Book:
    """Twelve chairs promised and ten accepted, two taken back; £500 for work awarded; hours elsewhere."""
    book.enter("pledge:1/promised", 12)
    book.enter("pledge:1/accepted", 10, Stage.ACCEPTED)
    book.correct("pledge:1/accepted-1", "pledge:1/accepted", -2)
    spend = {"side": Side.SPEND, "kind": "money", "unit": "£", "giver_id": book.need.organisation_id}
    book.enter("outcome:1/awarded", 500, Stage.AWARDED, receiver_id=None, **spend)
    book.enter("pledge:2/promised", 7, kind="volunteers", unit="hours", ward_code="E05000002")
    db.session.commit()
    return book


def rows(visitor) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in visitor.page.select(".pf-entries tbody tr")]


def test_an_empty_ledger_says_so(app, visitor):
    PlaceFactory()
    db.session.commit()
    visitor.open("/ledger")

    assert "As soon as something is promised" in visitor.text


def test_the_ledger_shows_each_step_with_spend_and_support_apart(entered, visitor):
    visitor.open("/ledger")

    support, spend = (visitor.page.find(id=name).find_parent("section") for name in ("support", "spend"))
    assert "12 items" in support.text
    assert "8 items" in support.text
    assert "£500" not in support.text
    assert "£500" in spend.text
    assert len(rows(visitor)) == 5
    assert rows(visitor)[2].startswith("Entry 3 23 November 2026 Accepted correction −2 items Things A Firm")
    assert "somebody outside" in rows(visitor)[1]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("stage=accepted", ["3", "2"]),
        ("side=spend", ["4"]),
        ("kind=volunteers", ["5"]),
        ("ward=E05000002", ["5"]),
        ("side=support&stage=promised", ["5", "1"]),
        ("listing=99999", []),
        ("kind=gold&ward=nowhere&stage=&organisation=none", ["5", "4", "3", "2", "1"]),
    ],
)
def test_the_address_says_which_part(entered, visitor, query, numbers):
    visitor.open(f"/ledger?{query}")

    assert [row.split()[1] for row in rows(visitor)] == numbers


def test_a_figure_of_a_part_is_the_sum_of_its_entries(entered, visitor):
    visitor.open(f"/ledger?organisation={entered.giver.id}")
    assert "12 items" in visitor.text
    assert "£500" not in visitor.text
    visitor.open("/ledger?ward=E05000002")
    assert "7 hours" in visitor.text
    assert "12 items" not in visitor.text
    visitor.click("Take off E05000002")
    assert "12 items" in visitor.text


def test_a_filter_is_chosen_in_the_form_and_stays_chosen(entered, visitor):
    visitor.open("/ledger").press("Show", stage="accepted")

    assert len(rows(visitor)) == 2
    assert visitor.page.find("option", value="accepted").has_attr("selected")


def test_what_is_not_public_has_no_name(entered, visitor):
    entered.giver.status = OrganisationStatus.SUSPENDED
    entered.need.status = ListingStatus.WITHDRAWN
    db.session.commit()

    for page in (
        "/ledger",
        "/ledger/1",
        f"/ledger?organisation={entered.giver.id}&listing={entered.need.id}",
    ):
        visitor.open(page)
        assert "A Firm That Gives" not in visitor.text
        assert "Twelve chairs" not in visitor.text
        assert "not shown" in visitor.text
    table = visitor.client.get("/ledger.csv").text
    assert "A Firm That Gives" not in table
    assert "Twelve chairs" not in table


def test_nobody_who_pressed_a_button_is_named(entered, visitor):
    for page in ("/ledger", "/ledger/1", "/ledger.csv"):
        assert entered.actor.name not in visitor.client.get(page).text


def test_an_entry_has_a_page_with_what_it_corrects_and_its_fingerprint(entered, visitor):
    visitor.open("/ledger").click("Entry 3")
    assert "−2 items accepted" in visitor.heading
    visitor.click("entry 2")
    assert visitor.path == "/ledger/2"
    assert "Entry 3 , 23 November 2026: −2 items" in visitor.text
    visitor.click("The entry before")
    assert visitor.path == "/ledger/1"
    visitor.open("/ledger/6", status=404)
    visitor.open("/ledger/99999999999999999999", status=404)


def test_many_entries_come_in_pages(book, visitor):
    for number in range(A_PAGE + 3):
        book.enter(f"pledge:{number}/promised", 1)
    db.session.commit()

    visitor.open("/ledger?stage=promised")
    assert len(rows(visitor)) == A_PAGE
    visitor.click("Older entries")
    assert [row.split()[1] for row in rows(visitor)] == ["3", "2", "1"]
    assert "stage=promised" in visitor.path
    visitor.click("Latest entries")
    assert len(rows(visitor)) == A_PAGE


def test_more_entries_take_no_more_queries(book, visitor):
    book.fill()
    visitor.open("/ledger")
    with counted_queries() as few:
        visitor.open("/ledger")
    for number in range(30):
        book.enter(f"gift:{number}", 1)
    db.session.commit()
    with counted_queries() as many:
        visitor.open("/ledger")

    assert len(many) == len(few) <= 15


def test_the_entries_can_be_taken_away_as_a_table(entered, visitor):
    answer = visitor.client.get("/ledger.csv?side=support")

    lines = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [line["Entry"] for line in lines] == ["5", "3", "2", "1"]
    assert lines[1]["Quantity"] == "-2"
    assert lines[1]["Corrects entry"] == "2"
    assert lines[3]["Instant (UTC)"] == "2026-11-23T12:00:00.000000Z"


def convener(visitor):
    return signed_in(visitor, UserFactory(is_convener=True))


def test_the_convener_sees_when_the_ledger_was_verified(entered, visitor):
    convener(visitor).open("/convener/ledger")
    assert "was not verified yet" in visitor.heading
    verifying.check(whole=True, now=NOON)
    entered.enter("pledge:3/promised")
    db.session.commit()
    visitor.open("/convener/ledger")

    assert "is whole" in visitor.heading
    assert "up to entry 5; 1 entry has come since" in visitor.text


def test_others_do_not_see_that_page(entered, visitor):
    signed_in(visitor, MembershipFactory().user).open("/convener/ledger", status=403)


def test_once_a_day_it_is_verified_and_whoever_works_for_the_place_hears_of_a_fault(entered, visitor):
    person = UserFactory(is_convener=True)
    jobs.verify()
    db.session.commit()
    assert letters() == []

    behind_its_back("UPDATE ledger_entry SET quantity = 8 WHERE id = 5", totals(0))
    db.session.execute(db.delete(LedgerCheck))
    jobs.verify()
    jobs.verify()
    db.session.commit()

    assert letters() == [("ledger_broken", person.email)]
    signed_in(visitor, person).open("/convener/ledger")
    assert "does not add up" in visitor.heading
    assert "Entry 5 was changed" in visitor.text
