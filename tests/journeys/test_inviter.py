"""Journey 8: a buyer compares who could do it and invites two; the convener puts somebody forward."""

from tests.journeys.conftest import Someone

DENISE = "denise@weardale-vale-council.example"
HILARY = "hilary@placeful-convener.example"


def tick(someone: Someone, number: int) -> None:
    """The first so many boxes of the list, by the keyboard."""
    boxes = someone.page.locator(".pf-candidates input[type=checkbox]")
    for at in range(number):
        boxes.nth(at).focus()
        someone.page.keyboard.press("Space")
        assert boxes.nth(at).is_checked()


def test_a_buyer_compares_two_and_invites_them(someone: Someone):
    someone.sign_in(DENISE)
    someone.click("Buffets for committees")
    someone.click("Compare and invite")
    assert "could do this" in someone.heading
    someone.click("Not asked yet")
    before = someone.page.locator(".pf-candidate").count()
    assert before >= 2

    someone.press("Compare")
    assert "Tick 2 to 4" in someone.text
    someone.click("Not asked yet")
    tick(someone, 2)
    someone.press("Compare")
    assert "Two who could" in someone.heading
    scores = someone.page.locator(".pf-compare__score").all_inner_texts()
    assert len(scores) == 2

    someone.press("Invite both")
    someone.fill(words="You fed the carnival. Would you feed the committees?")
    someone.press("Send the invitations")
    assert "We have written to" in someone.text
    someone.click("Not asked yet")
    assert someone.page.locator(".pf-candidate").count() == before - 2


def test_the_convener_puts_somebody_forward_and_takes_it_back(someone: Someone):
    someone.sign_in(HILARY)
    someone.open("/search?q=committees+buffets&kind=opportunity")
    someone.click("Buffets for committees")
    someone.click("Who could do this")
    someone.press("Put somebody forward")
    someone.fill(q="hall")
    someone.press("Look")
    someone.follow("main .pf-list a")
    someone.press("Put them forward")
    assert "There is a problem" in someone.text
    someone.fill(words="They did it for the jubilee.")
    someone.press("Put them forward")
    assert "They did it for the jubilee." in someone.text

    someone.press("Take it back")
    assert "They did it for the jubilee." not in someone.text
