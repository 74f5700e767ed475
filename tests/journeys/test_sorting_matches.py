"""Journey 9: a council sorts what fits it onto four shelves; a buyer asks a caterer, who reads it first."""

import re

import pytest

from tests.journeys.conftest import Someone, adds_up

DENISE = "denise@weardale-vale-council.example"
GLENYS = "glenys@durham-dales-catering.example"
SHELVES = "nav[aria-label='Your matches']"
MEALS = "/search?q=hot+meals+three+lunch+clubs&kind=opportunity"


@pytest.fixture
def denise(someone: Someone) -> Someone:
    someone.sign_in(DENISE)
    return someone


def numbers(someone: Someone) -> dict[str, int]:
    """What each shelf says lies on it."""
    words = " ".join(someone.page.locator(SHELVES).inner_text().split())
    return {name: int(number) for name, number in re.findall(r"(\w+) (\d+)", words)}


def first_title(someone: Someone) -> str:
    return someone.page.locator("main h2 a").first.inner_text()


def test_a_council_turns_the_pages_of_what_is_new(denise: Someone):
    denise.open("/desk/matches")
    best = first_title(denise)
    denise.click("Next")
    assert first_title(denise) != best
    denise.click("Back to the first")

    assert first_title(denise) == best


def test_a_council_saves_puts_off_and_turns_down(denise: Someone):
    denise.open("/desk/matches")
    before, title = numbers(denise), first_title(denise)
    denise.press("Save")
    assert f"“{title}” is saved" in denise.text
    assert numbers(denise) == {**before, "New": before["New"] - 1, "Saved": before["Saved"] + 1}

    denise.click("Saved", within=SHELVES)
    assert first_title(denise) == title
    denise.press("Later")
    assert f"“{title}” comes back on" in denise.text
    denise.click("Later", within=SHELVES)
    denise.press("Bring it back now")
    assert numbers(denise) == before

    denise.click("New", within=SHELVES)
    denise.press("Not for me")
    denise.choose("The dates don’t work")
    denise.press("Not for me")
    denise.look("with a way back")
    denise.click("Done", within=SHELVES)
    assert "Not for you: the dates don’t work." in denise.text
    denise.press("Take back")
    assert numbers(denise) == before


def test_a_buyer_asks_a_caterer_from_the_reasons_and_the_caterer_reads_it_first(denise: Someone):
    words = f"You cooked for us in the snow, {denise.setting.name}. Would you look at this?"
    denise.open(MEALS)
    denise.click("Hot meals for three lunch clubs")
    denise.click("Durham Dales Catering")
    adds_up(denise)
    assert "turnover" not in denise.text
    denise.look("as whoever asks")
    denise.press("Invite them")
    denise.fill(words=words)
    denise.press("Send the invitation")
    denise.sign_out()

    glenys = denise
    glenys.sign_in(GLENYS)
    glenys.open("/desk/matches")
    glenys.look("with an invitation")
    assert "Weardale & Vale Council asks you to look at this." in glenys.text
    assert words in glenys.text
    glenys.click("All the reasons")
    adds_up(glenys)
    glenys.look("with an invitation")
    assert "What happened so far" in glenys.text
