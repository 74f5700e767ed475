"""Journey 8: saying what you hold, what you ask for and how much you can take on."""

import pytest

from tests.journeys.conftest import Someone

GLENYS = "glenys@durham-dales-catering.example"
MAUREEN = "maureen@coundon-welfare-hall.example"
DENISE = "denise@weardale-vale-council.example"


def unfold(someone: Someone, group: str) -> None:
    """Open a group of the list."""
    someone.page.locator("main details.pf-choosing > summary", has_text=group).first.click()


def test_a_caterer_reads_what_she_lacks_and_says_that_she_has_it(someone: Someone):
    someone.sign_in(GLENYS)
    someone.open("/search?q=lunches+holiday+club+Ferryhill&kind=opportunity")
    someone.click("Lunches for a holiday club")
    notice = someone.page.url
    note = someone.page.locator("main [role=note]")
    assert "Enhanced DBS checks" in note.inner_text()
    assert "Food hygiene" not in note.inner_text()

    someone.click("say so")
    unfold(someone, "People and safety")
    someone.look("unfolded")
    someone.choose("Enhanced DBS checks")
    someone.fill(staff_local="150")
    someone.press("Save your changes")
    assert "There is a problem" in someone.text
    assert someone.page.get_by_label("Enhanced DBS checks").is_checked()
    someone.fill(staff_local="95")
    someone.press("Save your changes")

    assert "95% of their staff live in County Durham" in someone.text
    assert "Enhanced DBS checks" in someone.text
    someone.page.goto(notice)
    someone.look()
    assert note.count() == 0


def test_a_hall_says_how_many_it_can_host_then_none_then_some_again(someone: Someone):
    someone.sign_in(MAUREEN)
    someone.open("/desk/capacity")
    someone.fill(volunteers_a_month="a few")
    someone.press("Save")
    assert "There is a problem" in someone.text
    someone.fill(volunteers_a_month="12")
    someone.press("Save")

    someone.open("/desk/capacity")
    someone.press("No room just now")
    someone.open("/desk/capacity")
    assert someone.page.locator("[name='volunteers_a_month']").input_value() == "0"
    someone.press("Room again")

    someone.open("/desk/capacity")
    assert someone.page.locator("[name='volunteers_a_month']").input_value() == "12"


def test_a_buyer_asks_for_what_whoever_answers_must_have(someone: Someone):
    someone.sign_in(DENISE)
    someone.open("/opportunities/new")
    title = f"Gas checks in four libraries, {someone.setting.name}"
    someone.fill(
        title=title, body="Boilers and two cookers.", category="buildings-repairs", closes_on="2099-01-01"
    )
    unfold(someone, "Trades and licences")
    someone.choose("Gas Safe registered")
    someone.press("Save and see it")
    assert "Gas Safe registered" in someone.text

    someone.press("Publish", within="body")
    someone.click("Edit", within="body")
    assert someone.page.get_by_label("Gas Safe registered").is_checked()


def test_what_was_ticked_is_seen_again_when_a_draft_comes_back(someone: Someone):
    if not someone.setting.scripts:
        pytest.skip("drafts are kept by a script")
    someone.sign_in(DENISE)
    someone.open("/opportunities/new")
    unfold(someone, "Insurance")
    someone.choose("Public liability insurance, £10 million")
    kept = "Object.keys(localStorage).some(key => key.startsWith('placeful.draft.opportunities'))"
    someone.page.wait_for_function(kept)

    someone.open("/opportunities/new")

    box = someone.page.get_by_label("Public liability insurance, £10 million")
    assert box.is_checked()
    assert box.is_visible()
