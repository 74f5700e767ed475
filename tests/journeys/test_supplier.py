"""Journey 4: a small caterer answers an opportunity and changes what it says it does."""

import pytest

from tests.journeys.conftest import Someone, adds_up

GLENYS = "glenys@durham-dales-catering.example"


@pytest.fixture
def glenys(someone: Someone) -> Someone:
    someone.sign_in(GLENYS)
    return someone


def test_a_caterer_reads_why_work_fits_and_answers_it(glenys: Someone):
    glenys.click("All the reasons")
    adds_up(glenys)

    glenys.open("/search?q=hot+food+tenants+open+day&kind=opportunity")
    glenys.click("Hot food for a tenants")
    glenys.click("Answer this")
    glenys.press("Send it")
    assert "There is a problem" in glenys.text
    glenys.fill(words="Stew and dumplings for 250, from the trailer. We have that Saturday free.")
    glenys.press("Send it")

    assert "Stew and dumplings" in glenys.text


def test_a_caterer_widens_how_far_they_travel(glenys: Someone):
    glenys.click("Buffets and working lunches")
    glenys.click("Edit", within="body")
    glenys.fill(reach_miles="a long way")
    glenys.press("Save changes")
    assert "There is a problem" in glenys.text
    glenys.fill(reach_miles="25")
    glenys.press("Save changes")

    assert "Your changes are on the board" in glenys.page.locator("body").inner_text()
    assert "25" in glenys.text


def test_a_caterer_takes_a_notice_down_and_puts_it_back(glenys: Someone):
    glenys.click("Cooked meals delivered hot")
    glenys.press("Take down", within="body")
    glenys.press("Put back", within="body")
    glenys.press("Publish", within="body")

    assert "What you do is on the board" in glenys.page.locator("body").inner_text()
