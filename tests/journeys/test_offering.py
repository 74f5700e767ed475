"""Journey 11: a charity asks for some of what is offered, and the giver answers."""

from tests.journeys.conftest import UNFOLDED, Someone
from tests.journeys.scenes import LORRAINE, MAUREEN, here, in_days, put_up_offer


def test_a_hall_asks_for_part_of_an_offer_and_gets_some_on_another_day(someone: Someone):
    offer = put_up_offer(someone, "Chilled meals", kind="goods", wanted=30, what="meals")
    maureen = someone
    maureen.become(MAUREEN)
    maureen.open(offer)
    maureen.click("Ask for this")
    maureen.fill(each="40", starts_on=in_days(2), words="For the pensioners’ lunch.")
    maureen.press("Ask for it")
    assert "They still have 30 meals" in maureen.text
    maureen.fill(each="20")
    maureen.press("Ask for it")
    assert "You asked for 20 meals" in maureen.heading
    maureen.look("asked for")
    request = here(maureen)

    lorraine = someone
    lorraine.become(LORRAINE)
    assert "20 meals" in lorraine.text
    lorraine.open(request)
    assert "asks for 20 meals" in lorraine.heading
    lorraine.look("asked")
    lorraine.unfold("Yes to part of it")
    lorraine.fill(within=UNFOLDED, quantity="15", starts_on=in_days(3))
    lorraine.press("Yes to this", within=UNFOLDED)
    assert "has yet to answer" in lorraine.heading

    maureen.become(MAUREEN)
    maureen.open(request)
    assert "does it suit you?" in maureen.heading
    maureen.press("Yes, that day suits us")
    assert "theirs to give" in maureen.heading

    lorraine.become(LORRAINE)
    lorraine.open(request)
    lorraine.press("It is given")
    maureen.become(MAUREEN)
    maureen.open(request)
    maureen.press("Yes, it came")
    assert "15 meals came" in maureen.heading
    maureen.open(offer)
    assert "15 meals" in maureen.text


def test_a_request_is_declined_with_a_reason(someone: Someone):
    offer = put_up_offer(someone, "Pallets", kind="goods", wanted=8, what="pallets")
    maureen = someone
    maureen.become(MAUREEN)
    maureen.open(offer)
    maureen.click("Ask for this")
    maureen.fill(each="8")
    maureen.press("Ask for it")
    request = here(maureen)

    lorraine = someone
    lorraine.become(LORRAINE)
    lorraine.open(request)
    lorraine.unfold("Say no, kindly")
    lorraine.press("No, not this time", within=UNFOLDED)
    assert "There is a problem" in lorraine.text
    lorraine.fill(within=UNFOLDED, reason="It is spoken for already", words="The scouts came first.")
    lorraine.press("No, not this time", within=UNFOLDED)
    assert "You said not this time" in lorraine.heading

    maureen.become(MAUREEN)
    maureen.open(request)
    assert "Harrier Foods said not this time" in maureen.heading
    assert "The scouts came first." in maureen.text
    maureen.look("declined")
