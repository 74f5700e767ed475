"""The portfolio as a team uses it: needs that fit, the shortlist, promises and the file of them."""

import csv
import io
import json

import pytest

from marketplace import clock
from marketplace.extensions import db
from marketplace.listings.models import Quantity, QuantityKind
from marketplace.pledges import services as pledges
from marketplace.pledges.models import Bundle
from marketplace.portfolio.models import Shortlisted
from marketplace.teams import services as teams
from tests.factories import NOON, MembershipFactory, NeedFactory
from tests.scenes import counted_queries, events, member_of, signed_in


@pytest.fixture
def priya(visitor, giving):
    return signed_in(visitor, giving.lead)


def set_aside(giving, **sums):
    today = clock.today()
    details = teams.BudgetDetails(name="Giving", starts_on=today, ends_on=today, **sums)
    return teams.make_budget(giving.firm, details, actor=giving.lead, now=NOON)


def test_the_first_page_says_what_is_left_what_fits_and_where_promises_are(priya, giving):
    set_aside(giving, hours=900, money=20_000).hours_used = 488
    teams.set_limits(giving.firm, teams.LimitDetails(money=1000), actor=giving.lead, now=NOON)
    giving.fit(84, title="Twelve pairs of hands")
    giving.promise(giving.need(title="A fence"), 3)

    priya.open("/portfolio")

    assert priya.heading == "You have 412 hours left to give"
    assert "412 of 900 hours left" in priya.text
    assert "Promises over £1,000 need a second person" in priya.text
    assert "Twelve pairs of hands" in priya.text
    assert "Theirs: say yes or no" in priya.text
    priya.click("Twelve pairs of hands")
    assert "84 of 100" in priya.heading


def test_a_team_that_has_nothing_yet_is_told_what_to_do(priya):
    for path in ("/portfolio", "/portfolio/needs", "/portfolio/shortlist", "/portfolio/promises"):
        priya.open(path)

    assert priya.open("/portfolio").heading == "What Finchale Mutual gives"
    assert "No need fits just now" in priya.text
    assert "Set up a budget" in priya.text


def test_needs_are_narrowed_down_and_widened_again(priya, giving):
    giving.fit(80, title="Paint")
    giving.fit(70, title="A cheque", kind=QuantityKind.MONEY, wanted=500)
    db.session.commit()

    priya.open("/portfolio/needs").press("Show these", kind=["money"])
    assert "A cheque" in priya.text
    assert "Paint" not in priya.text
    priya.click("Take off Money")

    assert "Paint" in priya.text


@pytest.mark.parametrize(
    "query", ["kind=gold", "miles=-1", "miles=x", "needed_by=soon", "ward=%00", "after=0", "category=nope"]
)
def test_an_address_that_makes_no_sense_is_read_as_far_as_it_does(priya, giving, query):
    giving.fit(title="Paint")
    db.session.commit()

    assert "Paint" in priya.open(f"/portfolio/needs?{query}").text


def test_a_need_goes_on_the_shortlist_and_gets_a_note(priya, giving):
    match = giving.fit(title="Trees for Hamsterley")
    db.session.commit()

    priya.open(f"/needs/{match.listing_id}").press("Put it on our shortlist")
    assert priya.path == f"/needs/{match.listing_id}"
    assert "On your team’s shortlist" in priya.text
    priya.open("/portfolio/shortlist").press("Save the note on Trees for Hamsterley", note="Ask Ben.")
    assert "Your note on “Trees for Hamsterley” is saved" in priya.text
    priya.open(f"/matches/{match.id}")
    assert "“Ask Ben.”" in priya.text

    priya.press("Take it off")

    assert priya.path == f"/matches/{match.id}"
    assert "Put it on our shortlist" in priya.text


def test_a_note_that_is_too_long_is_kept_on_the_page(priya, giving):
    row = Shortlisted(organisation_id=giving.firm.id, listing_id=giving.need(title="Trees").id, added_at=NOON)
    db.session.add(row)
    db.session.commit()

    priya.open("/portfolio/shortlist").press("Save the note on Trees", note="x" * 2001, status=422)

    assert "x" * 2001 in priya.text
    db.session.refresh(row)
    assert row.note == ""


def test_colleagues_share_the_shortlist_and_strangers_do_not(visitor, giving):
    row = Shortlisted(organisation_id=giving.firm.id, listing_id=giving.need(title="Trees").id, added_at=NOON)
    db.session.add(row)
    colleague, stranger = member_of(giving.firm), MembershipFactory().user

    signed_in(visitor, colleague).open("/portfolio/shortlist")
    assert "Trees" in visitor.text
    visitor.press("Sign out")
    signed_in(visitor, stranger).open("/portfolio/shortlist")

    assert "Trees" not in visitor.text


def test_a_charity_cannot_put_its_own_need_on_its_shortlist(visitor, giving):
    need = giving.need()
    signed_in(visitor, member_of(need.organisation)).open(f"/needs/{need.id}")

    assert "shortlist" not in visitor.text


def kept(giving, *needs):
    for need in needs:
        db.session.add(Shortlisted(organisation_id=giving.firm.id, listing_id=need.id, added_at=NOON))
    db.session.commit()


def test_several_needs_are_promised_to_with_one_form(priya, giving):
    chairs, paint = giving.need(title="Chairs"), giving.need(title="Paint", wanted=30)
    kept(giving, chairs, paint)

    priya.open("/portfolio/shortlist").press(
        "Promise to those you ticked", need=[str(chairs.id), str(paint.id)]
    )
    answers = {f"line_{chairs.quantities[0].id}": "4", f"line_{paint.quantities[0].id}": "30"}
    priya.press("Promise them", name="Spring giving", **answers)

    assert priya.heading == "Spring giving"
    assert "Promised. They have been told." in priya.text
    assert "4 items for" in priya.text
    assert [pledge.quantity for pledge in db.session.scalar(db.select(Bundle)).pledges] == [4, 30]


def test_a_promise_that_could_not_be_made_is_named(priya, giving):
    need = NeedFactory(
        title="Chairs",
        quantities=[
            Quantity(kind=QuantityKind.GOODS, wanted=12, promised=0, what="chairs"),
            Quantity(kind=QuantityKind.MONEY, wanted=500, promised=0),
        ],
    )
    set_aside(giving, money=100)
    kept(giving, need)
    chairs, money = (f"line_{line.id}" for line in need.quantities)

    priya.open(f"/portfolio/bundles/new?need={need.id}")
    priya.press("Promise them", name="Spring", **{chairs: "2", money: "101"})

    assert priya.heading == "Spring"
    assert "Promised to 1 of them" in priya.text
    assert "Not promised to “Chairs”: Your budget “Giving” has £100 left" in priya.text


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"name": ""}, "Give it a name"),
        ({"name": "Spring"}, "Say how much you would give to at least one of them"),
        ({"name": "Spring", "line": "13"}, "They still need 12 items at most"),
        ({"name": "Spring", "line": "a few"}, "Enter a whole number"),
    ],
)
def test_what_is_wrong_with_a_bundle_is_said_and_nothing_is_promised(priya, giving, answers, sentence):
    need = giving.need()
    db.session.commit()
    if "line" in answers:
        answers = {"name": answers["name"], f"line_{need.quantities[0].id}": answers["line"]}

    priya.open(f"/portfolio/bundles/new?need={need.id}").press("Promise them", status=422, **answers)

    assert sentence in priya.text
    assert db.session.query(Bundle).count() == 0


@pytest.mark.parametrize("query", ["", "?need=0", "?need=99999999999", "?need=x"])
def test_a_bundle_of_nothing_leads_back_to_the_shortlist(priya, query):
    priya.open(f"/portfolio/bundles/new{query}")

    assert priya.path == "/portfolio/shortlist"
    assert "Tick the needs you would promise to" in priya.text


def test_somebody_elses_bundle_does_not_exist(visitor, giving):
    bundle = Bundle(giver_id=giving.firm.id, name="Ours", form_key="a", created_at=NOON)
    db.session.add(bundle)

    signed_in(visitor, MembershipFactory().user).open(f"/portfolio/bundles/{bundle.id}", status=404)


def test_promises_are_listed_by_stage_and_sorted(priya, giving):
    giving.promise(giving.need(title="Small"), 1)
    giving.promise(giving.need(title="Large"), 9)
    giving.accepted(need=giving.need(title="Under way"))

    priya.open("/portfolio/promises").click("Offered")
    assert "Under way" not in priya.text
    priya.click("How much")

    assert priya.text.index("Large") < priya.text.index("Small")
    assert priya.page.find("th", {"aria-sort": "descending"}).get_text(strip=True).startswith("How much")


def delivered(giving):
    pledge = giving.accepted(need=giving.need(title="=Chairs"), quantity=8)
    pledges.deliver(pledge.deliveries[0], 6, actor=giving.lead, now=NOON)
    pledges.confirm(pledge.deliveries[0], 5, actor=member_of(pledge.receiver), now=NOON)
    db.session.commit()


def test_everything_can_be_taken_away_as_a_table(priya, giving):
    delivered(giving)
    giving.promise()

    priya.open("/portfolio/promises.csv")

    rows = list(csv.DictReader(io.StringIO(priya.response.text.lstrip("\ufeff"))))
    assert [(row["Stage"], row["Promised"], row["Confirmed"]) for row in rows] == [
        ("Confirmed", "8", "5"),
        ("Offered", "2", "0"),
    ]
    assert rows[0]["Need"] == "'=Chairs"  # no spreadsheet takes it for a formula
    assert "attachment" in priya.response.headers["Content-Disposition"]
    assert "portfolio.exported" in events()


def test_everything_can_be_taken_away_as_json(priya, giving):
    assert json.loads(priya.open("/portfolio/promises.json").response.text) == []
    delivered(giving)
    giving.promise(giving.need(title="Paint"))

    rows = json.loads(priya.open("/portfolio/promises.json").response.text)

    assert [(row["need"], row["delivered"], row["unit"]) for row in rows] == [
        ("=Chairs", 5, "items"),
        ("Paint", 0, "items"),
    ]


@pytest.mark.parametrize(
    "path", ["/portfolio", "/portfolio/needs", "/portfolio/promises", "/portfolio/shortlist"]
)
def test_pages_take_as_many_statements_for_many_as_for_few(priya, giving, path):
    set_aside(giving, hours=100)

    def fill(number):
        for each in range(number):
            match = giving.fit(50 + each)
            kept(giving, match.listing)
            giving.promise(giving.need())
            giving.accepted(need=giving.need())

    def statements():
        priya.open(path)
        with counted_queries() as seen:
            priya.open(path)
        return seen

    fill(2)
    few = statements()
    fill(5)
    many = statements()
    assert len(many) == len(few), "\n".join(many)
    assert len(many) <= 25
