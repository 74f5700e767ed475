"""The fairness report: the same true figures on the page, in the table and in the terminal."""

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask

from marketplace import clock
from marketplace.exposure import report
from marketplace.exposure.cli import exposure as commands
from marketplace.exposure.models import Channel
from marketplace.exposure.queries import Window
from marketplace.extensions import db
from marketplace.organisations.models import OrganisationKind
from marketplace.places.models import Place, Ward
from tests.exposure.conftest import put
from tests.factories import (
    NOON,
    CapabilityFactory,
    NeedFactory,
    OfferFactory,
    OpportunityFactory,
    OrganisationFactory,
    PlaceFactory,
    UserFactory,
)
from tests.scenes import counted_queries, member_of, signed_in
from tests.visitor import Visitor

TODAY = NOON.date()
LONG_AGO = NOON - timedelta(days=400)
NOTICES_BY = ["Kind of notice", "Time on the board", "Size", "Kind", "Ward"]
ORGANISATIONS_BY = ["Size", "Kind", "Time here", "Ward"]


@pytest.fixture
def place(app: Flask) -> Place:
    made: Place = PlaceFactory()
    box = {"min_lat": 54.0, "max_lat": 55.0, "min_lon": -2.0, "max_lon": -1.0}
    for code, name in (("E1", "Crook"), ("E2", "=Tow Law")):
        db.session.add(Ward(code=code, name=name, place_id=made.id, boundary={}, **box))
    db.session.flush()
    return made


@pytest.fixture
def board(place: Place) -> dict[str, str]:
    """Two firms and a hall: three needs of which one had its floor, and an offer; the keys by name."""
    micro = OrganisationFactory(
        name="Micro", kind=OrganisationKind.BUSINESS, staff=3, turnover=90_000, created_at=LONG_AGO,
        claimed_at=LONG_AGO, ward_code="E1",
    )  # fmt: skip
    large = OrganisationFactory(
        name="Large", kind=OrganisationKind.BUSINESS, staff=900, turnover=80_000_000, created_at=LONG_AGO
    )
    hall = OrganisationFactory(name="Hall", created_at=LONG_AGO, claimed_at=None)
    weeks = NOON - timedelta(days=20)
    rows = {
        "hidden": NeedFactory(organisation=micro, ward_code="E2"),
        "seen": NeedFactory(organisation=large, ward_code="E1"),
        "other": NeedFactory(organisation=hall, created_at=weeks, published_at=weeks),
        "offer": OfferFactory(organisation=large),
    }
    keys = {name: f"{row.family}:{row.id}" for name, row in rows.items()}
    put(keys["hidden"], 0.5, TODAY, due=3.0)
    put(keys["seen"], 6.0, TODAY, due=3.0)
    put(keys["other"], 2.0, TODAY, due=3.0, channel=Channel.EMAIL, explored=True)
    put(keys["offer"], 4.0, TODAY, channel=Channel.BOARD)
    put(keys["hidden"], 0.5, TODAY, channel=Channel.BOARD)
    put(f"organisation:{micro.id}", 3.0, TODAY, due=1.0)
    db.session.commit()
    return keys


@pytest.fixture
def convener(visitor: Visitor, place: Place) -> Visitor:
    return signed_in(visitor, UserFactory(is_convener=True))


@pytest.fixture(autouse=True)
def _it_is_that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def found() -> report.Report:
    return report.report(Window.until(TODAY), wards={"E1": "Crook", "E2": "=Tow Law"})


def groups(of: str, by: str) -> dict[str, tuple[int, float, float | None]]:
    """Of each group: how many, how much each was seen, and the share at the floor."""
    (table,) = [each for each in found().tables_of(of) if each.by == by]
    return {
        line.group: (line.figures.number, line.figures.per_head, line.figures.at_floor)
        for line in table.lines
    }


def test_all_notices_and_organisations_together(board):
    made = found()

    assert (made.notices.number, made.notices.per_head) == (4, 13 / 4)
    assert (made.notices.at_floor, made.with_floor) == (1 / 3, 3), "the offer fitted nobody’s list"
    assert (made.organisations.number, made.organisations.per_head) == (2, (10 + 4) / 2)
    assert made.organisations.gini == pytest.approx((10 - 4) / (2 * 14))
    assert (made.times, made.explored) == (6, 1 / 6)


def test_searching_makes_something_seen_but_only_matches_bring_it_to_its_floor(board):
    put(board["hidden"], 50.0, TODAY, channel=Channel.BOARD)
    made = found()

    assert made.notices.per_head == 63 / 4
    assert (made.notices.at_floor, made.notices.of_share) == (1 / 3, 8.5 / 9)


def test_notices_by_each_of_their_groups_in_a_sensible_order(board):
    assert [table.by for table in found().tables_of("Notices")] == NOTICES_BY
    assert groups("Notices", "Kind of notice") == {
        "Needs": (3, 3.0, pytest.approx(1 / 3)),
        "Offers": (1, 4.0, None),
    }
    assert groups("Notices", "Time on the board") == {
        "Up to a week": (3, 11 / 3, 0.5),
        "1 to 4 weeks": (1, 2.0, 0.0),
    }
    assert groups("Notices", "Size") == {
        "Micro": (1, 1.0, 0.0),
        "Large": (2, 5.0, 1.0),
        "Size not said": (1, 2.0, 0.0),
    }
    assert list(groups("Notices", "Kind")) == ["Business", "Voluntary or community group"]
    assert groups("Notices", "Ward") == {
        "Crook": (1, 6.0, 1.0),
        "=Tow Law": (1, 1.0, 0.0),
        "Ward not known": (2, 3.0, 0.0),
    }


def test_organisations_are_seen_themselves_and_through_their_notices(board):
    assert [table.by for table in found().tables_of("Organisations")] == ORGANISATIONS_BY
    assert groups("Organisations", "Size") == {"Micro": (1, 4.0, 1.0), "Large": (1, 10.0, 1.0)}
    assert groups("Organisations", "Time here") == {
        "Up to a month": (1, 10.0, 1.0),
        "Over a year": (1, 4.0, 1.0),
    }
    assert list(groups("Organisations", "Ward")) == ["Crook", "Ward not known"]


def test_the_page_says_it_in_words(board, convener):
    convener.open("/convener/fairness")

    assert convener.heading == "33.3% of notices had their fair share of being seen"
    assert "we aim for 99%" in convener.text
    assert "27 October 2026 to 23 November 2026" in convener.text
    assert "Notices by ward (3)" in convener.text
    captions = [caption.get_text(" ", strip=True) for caption in convener.page.find_all("caption")]
    assert [words for words in captions if words.startswith("Notices by")] == [
        f"Notices by {by.lower()}" for by in NOTICES_BY
    ]
    row = next(row for row in convener.page.find_all("tr") if "1 to 4 weeks" in row.get_text())
    assert [cell.get_text(strip=True) for cell in row.find_all("td")] == ["1", "2.00", "67%", "0%"]


def test_what_this_process_has_counted_but_not_written_is_in_it(board, convener):
    NeedFactory()
    db.session.commit()
    convener.client.get("/")
    convener.open("/convener/fairness")

    assert convener.page.find("dd").get_text() == "10", "six that were there, and four on the front page"


def test_before_anything_was_seen_the_page_says_so(convener):
    NeedFactory()
    db.session.commit()
    convener.open("/convener/fairness")

    assert convener.heading == "No notice has been seen yet"
    assert convener.page.find("table") is None


def test_where_nothing_but_searches_showed_anything_nobody_has_a_floor(convener):
    need = NeedFactory()
    put(f"need:{need.id}", 1.0, TODAY, channel=Channel.BOARD)
    db.session.commit()
    convener.open("/convener/fairness")

    assert convener.heading == "Notices were seen, but on no list of matches yet"
    assert "fitted no list" in convener.text


def test_the_table_has_the_same_lines_and_runs_nothing(board, convener):
    response = convener.open("/convener/fairness.csv").response
    lines = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))

    assert response.data.startswith(b"\xef\xbb\xbf")
    assert "filename=county-durham-fairness-2026-11-23.csv" in response.headers["Content-Disposition"]
    assert list(lines[0]) == list(report.COLUMNS)
    assert len(lines) == len(report.rows(found()))
    assert list(lines[0].values()) == ["Notices", "", "All", "4", "13.0", "3.25", "0.327", "94.4", "33.3"]
    assert {line["Group"] for line in lines if line["By"] == "Ward"} == {
        "Crook",
        "'=Tow Law",
        "Ward not known",
    }
    assert [(line["Group"], line["Number"]) for line in lines if line["Of"] == "Places in lists"] == [
        ("By searching and browsing", "2"),
        ("In matches, on screen", "3"),
        ("In matches, by letter", "1"),
        ("Given to learn by", "1"),
    ]


def test_the_terminal_says_the_same(board, app):
    with app.app_context():
        told = app.test_cli_runner().invoke(commands, ["report"])
        past = app.test_cli_runner().invoke(commands, ["report", "--on", "2026-11-22", "--days", "7"])

    lines = told.stdout.splitlines()
    assert lines[0] == "County Durham, 27 October 2026 to 23 November 2026"
    assert len(lines) == 3 + len(report.rows(found()))
    assert lines[3].split() == ["Notices", "All", "4", "13.0", "3.25", "0.327", "94.4", "33.3"]
    assert past.stdout.startswith("County Durham, 16 November 2026 to 22 November 2026\n")


@pytest.mark.parametrize("path", ["/convener/fairness", "/convener/fairness.csv"])
def test_it_is_for_the_convener(board, app, path):
    assert Visitor(app).open(path).path.startswith("/sign-in?next=")
    signed_in(Visitor(app), member_of(OrganisationFactory())).open(path, status=403)


def test_the_convener_finds_it_from_the_desk_and_nobody_else_does(board, app, convener):
    convener.open("/desk").click("How fairly notices are seen")
    assert convener.path == "/convener/fairness"

    for somebody in (UserFactory(), member_of(OrganisationFactory())):
        assert "fairly" not in signed_in(Visitor(app), somebody).open("/desk").text
    both = member_of(OrganisationFactory())
    both.is_convener = True
    signed_in(Visitor(app), both).open("/desk").click("How fairly notices are seen")


def test_a_fuller_board_takes_no_more_queries(place, convener):
    def fill(number: int) -> None:
        for _ in range(number):
            for factory in (NeedFactory, OpportunityFactory, CapabilityFactory, OfferFactory):
                row = factory(ward_code="E1")
                put(f"{row.family}:{row.id}", 1.0, TODAY)
        db.session.commit()

    fill(1)
    convener.open("/convener/fairness")
    with counted_queries() as few:
        convener.open("/convener/fairness")
    fill(6)
    with counted_queries() as many:
        convener.open("/convener/fairness")

    assert len(many) == len(few) <= 14, "\n".join(many)
