"""Journey 12: a giving team with a budget, a limit and a second person who says yes."""

import pytest

from tests.journeys.conftest import UNFOLDED, Someone
from tests.journeys.scenes import ANIL, LORRAINE, MAUREEN, here, in_days, put_up_need


@pytest.fixture
def team(someone: Someone) -> Someone:
    """Lorraine lets one person promise £200 alone, of £2,000. No other journey promises Harrier’s money."""
    lorraine = someone
    lorraine.become(LORRAINE)
    lorraine.open("/desk/team/limits")
    lorraine.fill(money="200")
    lorraine.press("Save")
    assert "Up to £200" in lorraine.text
    if "Giving this year" not in lorraine.text:
        lorraine.click("Set up a budget")
        lorraine.press("Save")
        assert "There is a problem" in lorraine.text
        lorraine.fill(name="Giving this year", starts_on=in_days(0), ends_on=in_days(200), money="2000")
        lorraine.press("Save")
        lorraine.look("with a budget")
    return lorraine


def drafted(anil: Someone, need: str) -> str:
    """Anil promises £500, which is more than he may alone."""
    anil.become(ANIL)
    anil.open(need)
    anil.click("Promise something")
    anil.fill(each="500", words="From the canteen’s takings.")
    anil.press("Promise it")
    assert "your team has yet to say yes" in anil.heading
    assert "Your team’s move" in anil.text
    assert "Yes, promise it" not in anil.text
    anil.look("for the team")
    return here(anil)


def left(someone: Someone) -> int:
    """The pounds left of all budgets of today."""
    someone.open("/portfolio")
    found = someone.page.locator("main section[aria-label$=': money'] .pf-score b").all_inner_texts()
    return sum(int(each.strip("£").replace(",", "")) for each in found)


def test_a_second_person_approves_what_is_over_the_limit(team: Someone):
    need = put_up_need(team, "A new boiler", kind="money", wanted=3000, what="")
    draft = drafted(team, need)
    maureen = team
    maureen.become(MAUREEN)
    maureen.open(draft, status=404)

    lorraine = team
    lorraine.become(LORRAINE)
    before = left(lorraine)
    lorraine.look("with a draft")
    lorraine.open(draft)
    lorraine.look("to approve")
    assert "Anil Deshmukh would like to promise this" in lorraine.text
    lorraine.press("Yes, promise it")
    assert "has yet to answer" in lorraine.heading
    assert left(lorraine) == before - 500

    maureen.become(MAUREEN)
    maureen.open(draft)
    assert "Harrier Foods offers £500" in maureen.heading
    maureen.unfold("Say no, kindly")
    maureen.fill(within=UNFOLDED, reason="We have enough now")
    maureen.press("No, not this time", within=UNFOLDED)
    lorraine.become(LORRAINE)
    assert left(lorraine) == before


def test_a_second_person_says_no_and_the_hall_never_hears_of_it(team: Someone):
    need = put_up_need(team, "A piano", kind="money", wanted=3000, what="")
    draft = drafted(team, need)

    lorraine = team
    lorraine.become(LORRAINE)
    assert "£500" in lorraine.text
    lorraine.open(draft)
    lorraine.unfold("Say no, and tell your colleague why")
    lorraine.press("No, not as it is", within=UNFOLDED)
    assert "There is a problem" in lorraine.text
    lorraine.fill(within=UNFOLDED, words="The takings are for the hospice this year.")
    lorraine.press("No, not as it is", within=UNFOLDED)

    anil = team
    anil.become(ANIL)
    anil.open(draft)
    assert "Your team said not this time" in anil.heading
    assert "The takings are for the hospice this year." in anil.text
    maureen = team
    maureen.become(MAUREEN)
    maureen.open(draft, status=404)
