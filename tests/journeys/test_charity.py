"""Journey 2: a village hall's secretary puts up a need and answers a promise."""

from tests.journeys.conftest import Someone, adds_up

MAUREEN = "maureen@coundon-welfare-hall.example"


def test_a_secretary_puts_up_a_need_sees_it_first_and_publishes_it(someone: Someone):
    someone.sign_in(MAUREEN)
    someone.open("/notices/new")
    someone.click("We need help")
    title = f"Ten folding tables for the lunch club, {someone.setting.name}"
    someone.fill(title=title)
    someone.press("Save and see it")
    assert "There is a problem" in someone.text
    assert someone.page.locator("[name='title']").input_value() == title

    someone.fill(
        body="Ours are older than the hall. Any that fold will do.",
        category="furniture-goods",
        **{"quantities-0-kind": "goods", "quantities-0-wanted": "10", "quantities-0-what": "folding tables"},
    )
    someone.press("Save and see it")
    assert title in someone.heading
    someone.press("Publish", within="body")
    assert "Your need is on the board" in someone.page.locator("body").inner_text()

    someone.open("/desk")
    assert title in someone.text


def test_a_secretary_says_yes_to_the_chairs_that_wait(someone: Someone):
    someone.sign_in(MAUREEN)
    someone.click("Bishop's Close Reuse offers 20 stacking chairs")
    assert "say yes or no" in someone.heading

    someone.press("Yes, thank you")

    assert "theirs to give" in someone.heading


def test_a_secretary_sees_why_somebody_could_help(someone: Someone):
    someone.sign_in(MAUREEN)
    someone.click("Sixty stacking chairs")
    someone.click("Harrier Foods", within="main section:has-text('Who could help')")

    assert "could do this" in someone.heading
    adds_up(someone)
