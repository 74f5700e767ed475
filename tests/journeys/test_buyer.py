"""Journey 5: a council's buyer sees who could do the work, and decides about answers."""

import pytest

from tests.journeys.conftest import Someone, adds_up

DENISE = "denise@weardale-vale-council.example"


@pytest.fixture
def denise(someone: Someone) -> Someone:
    someone.sign_in(DENISE)
    return someone


def test_a_buyer_sees_who_could_do_it_and_why(denise: Someone):
    denise.click("Buffets for committees")
    denise.follow("main .pf-fits a")

    assert "could do this" in denise.heading
    adds_up(denise)


def test_a_buyer_shortlists_one_answer_and_declines_another_with_a_reason(denise: Someone):
    denise.click("Rukhsana's Table answered")
    denise.press("Put them on the shortlist")
    assert "On your shortlist" in denise.page.locator("body").inner_text()

    denise.open("/desk")
    denise.click("Green Gingham answered")
    denise.press("Not this time")
    assert "There is a problem" in denise.text
    denise.fill(reason="Another answer fitted better")
    denise.press("Not this time")
    assert "We’ve told them" in denise.page.locator("body").inner_text()


def test_a_buyer_posts_an_opportunity_with_the_wrong_dates_then_the_right_ones(denise: Someone):
    denise.open("/opportunities/new")
    title = f"Sandwiches for the planning inquiry, {denise.setting.name}"
    denise.fill(
        title=title, body="Four days, thirty people.", category="food-drink/event-catering",
        value_low="900", value_high="400", closes_on="2020-01-01",
    )  # fmt: skip
    denise.press("Save and see it")
    assert "at least the lowest" in denise.text
    assert "in the future" in denise.text

    denise.fill(value_high="1400", closes_on="2099-01-01")
    denise.press("Save and see it")
    denise.press("Publish", within="body")
    assert title in denise.heading
