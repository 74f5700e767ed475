"""Journey 13: two talk about a promise, with files; one reports the other, and blocks them."""

from playwright.sync_api import FilePayload

from tests.journeys.conftest import Someone
from tests.journeys.scenes import HILARY, LORRAINE, MAUREEN, here, photo, promise, put_up_need

PLAN: FilePayload = {
    "name": "Seating plan.csv",
    "mimeType": "text/csv",
    "buffer": b"table,seats\nband,12\nstage,6\n",
}


def test_two_talk_about_a_promise_until_one_blocks_and_reports_the_other(someone: Someone):
    need = put_up_need(someone, "Seats for the band", kind="goods", wanted=18, what="chairs")
    pledge = promise(someone, LORRAINE, need, 18)

    maureen = someone
    maureen.become(MAUREEN)
    maureen.open(pledge)
    maureen.click("Write to Harrier Foods")
    maureen.press("Send")
    assert "There is a problem" in maureen.text
    maureen.fill(words="Here is where they go.\n\nCould you bring them by six?")
    maureen.upload("files", PLAN, photo("Stage.png"))
    maureen.press("Send")
    assert "Seating plan.csv" in maureen.text
    maureen.look("with files")
    thread = here(maureen)

    lorraine = someone
    lorraine.become(LORRAINE)
    lorraine.open("/conversations")
    lorraine.follow(f"main li:has-text('Seats for the band ({someone.setting.name})') a")
    assert here(lorraine) == thread
    lorraine.look("new")
    assert "maureen@" not in lorraine.text
    lorraine.press("Show them my e-mail address")
    lorraine.fill(words="We would rather be paid for it.")
    lorraine.press("Send")
    assert "We would rather be paid for it." in lorraine.text
    assert lorraine.page.get_by_label("Your message").input_value() == ""

    maureen.become(MAUREEN)
    maureen.open(thread)
    assert "New" in maureen.text
    assert LORRAINE in maureen.text
    it_is_reported(maureen)
    maureen.press("Block")
    assert "You have blocked Harrier Foods" in maureen.text
    maureen.look("blocked")

    lorraine.become(LORRAINE)
    lorraine.open(thread)
    assert "has chosen to get no more messages" in lorraine.text
    lorraine.look("blocked by them")
    lorraine.open(pledge)
    assert "has yet to answer" in lorraine.heading

    the_convener_takes_it_away(someone)
    maureen.become(MAUREEN)
    maureen.open(thread)
    assert "We would rather be paid for it." not in maureen.text
    maureen.press("Unblock them")
    maureen.look("taken away")
    assert maureen.page.get_by_label("Your message").is_visible()


def it_is_reported(maureen: Someone) -> None:
    maureen.click("Report")
    maureen.press("Report it")
    assert "There is a problem" in maureen.text
    maureen.choose("It sells something nobody asked for")
    maureen.press("Report it")
    assert "You reported this" in maureen.text


def the_convener_takes_it_away(hilary: Someone) -> None:
    hilary.become(HILARY)
    hilary.open("/desk")
    hilary.click("Reported messages")
    report = f"main section:has-text('Seats for the band ({hilary.setting.name})')"
    hilary.press("Take it away", within=report)
    assert "There is a problem" in hilary.text
    hilary.page.locator(report).get_by_label("A word to both sides").fill("Gifts are given, not sold.")
    hilary.press("Take it away", within=report)
    assert hilary.page.locator(report).count() == 0
