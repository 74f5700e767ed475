"""Journey 10: a promise from both sides, until it has come and was looked at, or hasn’t."""

from playwright.sync_api import FilePayload

from tests.journeys.conftest import UNFOLDED, Someone
from tests.journeys.scenes import (
    ALAN,
    HILARY,
    LORRAINE,
    MAUREEN,
    accepted,
    here,
    in_days,
    photo,
    promise,
    put_up_need,
)

SCRIPT: FilePayload = {"name": "photo.png", "mimeType": "image/png", "buffer": b"#!/bin/sh\necho hello\n"}


def test_from_a_need_to_what_the_convener_has_checked(someone: Someone):
    need = put_up_need(someone, "The hall wants painting", kind="volunteers", wanted=20, what="painting")
    pledge = promise(someone, LORRAINE, need, 12, words="Six of us, for two hours.")
    part_of_it_is_taken(someone, pledge)
    a_day_is_agreed(someone, pledge)
    it_is_given_with_a_photo(someone, pledge)
    it_is_confirmed_with_thanks(someone, pledge)
    the_convener_checks_it(someone, "The hall wants painting")

    lorraine = someone
    lorraine.become(LORRAINE)
    lorraine.open(pledge)
    assert "it was checked" in lorraine.heading
    lorraine.click("Verified")
    assert "8 hours" in lorraine.text
    resident = someone
    resident.page.context.clear_cookies()
    resident.open(need)
    resident.look("with thanks")
    assert "The lunch club eats in a yellow room." in resident.text
    assert "given and confirmed" in resident.text
    assert "12 hours of painting" in resident.text


def part_of_it_is_taken(maureen: Someone, pledge: str) -> None:
    maureen.become(MAUREEN)
    maureen.open(pledge)
    assert "say yes or no" in maureen.heading
    maureen.look("offered")
    maureen.unfold("Yes to part of it")
    maureen.look("part of it")
    maureen.fill(within=UNFOLDED, quantity="20")
    maureen.press("Yes to this", within=UNFOLDED)
    assert "They speak of 12 hours of painting" in maureen.text
    maureen.fill(within=UNFOLDED, quantity="8")
    maureen.press("Yes to this", within=UNFOLDED)
    assert "8 hours of painting from Harrier Foods" in maureen.heading


def a_day_is_agreed(someone: Someone, pledge: str) -> None:
    maureen = someone
    maureen.unfold("Propose a day")
    maureen.press("Propose this day", within=UNFOLDED)
    assert "Choose a day" in maureen.text
    maureen.fill(within=UNFOLDED, starts_on=in_days(6), timing="2 to 4 in the afternoon")
    maureen.press("Propose this day", within=UNFOLDED)
    assert "has yet to answer" in maureen.heading

    lorraine = someone
    lorraine.become(LORRAINE)
    lorraine.open(pledge)
    assert "does it suit you?" in lorraine.heading
    lorraine.look("proposed")
    lorraine.press("Yes, that day suits us")
    assert "yours to give" in lorraine.heading
    lorraine.look("scheduled")


def it_is_given_with_a_photo(lorraine: Someone, pledge: str) -> None:
    lorraine.fill(words="Two coats, and the skirting.")
    lorraine.upload("file", SCRIPT)
    lorraine.press("It is given")
    assert "There is a problem" in lorraine.text
    lorraine.upload("file", photo("The wall.png"))
    lorraine.press("It is given")
    assert "has yet to confirm" in lorraine.heading
    assert "Two coats, and the skirting." in lorraine.text


def it_is_confirmed_with_thanks(maureen: Someone, pledge: str) -> None:
    maureen.become(MAUREEN)
    maureen.open(pledge)
    assert "Did it come?" in maureen.heading
    maureen.look("given")
    assert sees(maureen, "The wall.png")
    maureen.fill(words="Lovely work.")
    maureen.press("Yes, it came")
    assert "both sides say so" in maureen.heading
    maureen.look("confirmed")
    maureen.press("Ask the convener to check it")
    maureen.click("Say thank you")
    maureen.press("Say thank you")
    assert "There is a problem" in maureen.text
    maureen.fill(words="The lunch club eats in a yellow room.", said_by="Maureen, hall secretary")
    maureen.upload("file", photo("Lunch.png"))
    maureen.press("Say thank you")
    assert "Everybody can read this" in maureen.text
    maureen.look("with thanks")


def the_convener_checks_it(hilary: Someone, title: str) -> None:
    hilary.become(HILARY)
    hilary.open("/desk")
    hilary.click("Promises to look at")
    hilary.follow(f"main li:has-text('{title} ({hilary.setting.name})') a")
    assert "to be checked" in hilary.heading
    hilary.look("to be checked")
    assert sees(hilary, "The wall.png")
    hilary.press("It is verified")


def test_ten_times_are_promised_six_are_taken_and_one_cannot_be(someone: Someone):
    need = put_up_need(someone, "Somebody to serve", kind="volunteers", wanted=20, what="serving lunch")
    lorraine = someone
    lorraine.become(LORRAINE)
    lorraine.open(need)
    lorraine.click("Promise something")
    lorraine.unfold("More than once")
    lorraine.look("unfolded")
    lorraine.choose("Every week")
    lorraine.fill(each="2", starts_on=in_days(1), timing="12 to 2")
    lorraine.press("Promise it")
    assert "There is a problem" in lorraine.text
    lorraine.fill(times="10")
    lorraine.press("Promise it")
    assert "20 hours" in lorraine.heading
    pledge = here(lorraine)

    maureen = someone
    maureen.become(MAUREEN)
    maureen.open(pledge)
    maureen.unfold("Yes to part of it")
    maureen.fill(within=UNFOLDED, quantity="11")
    maureen.press("Yes to this", within=UNFOLDED)
    assert "Say yes to whole times" in maureen.text
    maureen.fill(within=UNFOLDED, quantity="12")
    maureen.press("Yes to this", within=UNFOLDED)
    assert "12 hours" in maureen.heading
    assert maureen.page.locator("section[aria-labelledby='times'] > ol > li").count() == 6

    lorraine.become(LORRAINE)
    lorraine.open(pledge)
    lorraine.look("several times")
    lorraine.press("It is given")
    maureen.become(MAUREEN)
    maureen.open(pledge)
    maureen.press("Yes, it came")
    assert "Some of it is given" in maureen.heading
    maureen.look("partly given")

    lorraine.become(LORRAINE)
    lorraine.open(pledge)
    lorraine.unfold("It can’t be given this time")
    lorraine.press("Say so", within=UNFOLDED)
    assert "Choose what happened" in lorraine.text
    lorraine.fill(within=UNFOLDED, reason="The weather")
    lorraine.press("Say so", within=UNFOLDED)
    assert "did not come" in lorraine.text
    assert "Some of it is given" in lorraine.heading
    lorraine.click("Say something about this time")
    assert "Some of it is given" in lorraine.heading
    assert "Agree on a day" not in lorraine.text


def test_whoever_waits_is_asked_when_a_promise_falls_through(someone: Someone):
    need = put_up_need(someone, "Tables for the market", kind="goods", wanted=4, what="trestle tables")
    pledge = accepted(someone, LORRAINE, need, 4)

    alan = someone
    alan.become(ALAN)
    alan.open(need)
    alan.look("full")
    alan.click("Join the waiting list")
    alan.fill(each="4", words="From the students’ union.")
    alan.press("Promise it")
    assert "You can join the waiting list" in alan.text
    alan.choose("If it is all promised")
    alan.press("Promise it")
    assert "on the waiting list" in alan.heading
    alan.look("waiting")
    waiting = here(alan)

    lorraine = someone
    lorraine.become(LORRAINE)
    lorraine.open(pledge)
    lorraine.unfold("Take the promise back")
    lorraine.press("Take the promise back", within=UNFOLDED)
    assert "There is a problem" in lorraine.text
    lorraine.fill(within=UNFOLDED, reason="We can’t give it any more")
    lorraine.press("Take the promise back", within=UNFOLDED)
    assert "You called it off" in lorraine.heading
    lorraine.look("called off")

    alan.become(ALAN)
    alan.open(waiting)
    assert "has yet to answer" in alan.heading
    maureen = someone
    maureen.become(MAUREEN)
    maureen.open(waiting)
    assert "say yes or no" in maureen.heading
    maureen.press("Yes, thank you")
    assert "theirs to give" in maureen.heading


def test_what_did_not_come_is_needed_again(someone: Someone):
    need = put_up_need(someone, "A bigger kettle", kind="goods", wanted=6, what="urns")
    pledge = accepted(someone, LORRAINE, need, 6, starts_on=in_days(0))

    maureen = someone
    maureen.unfold("It did not come")
    maureen.fill(within=UNFOLDED, reason="It did not arrive")
    maureen.press("Say so", within=UNFOLDED)
    assert "did not come" in maureen.heading
    maureen.look("did not come")
    assert "open to others again" in maureen.text

    promise(someone, ALAN, need, 6)
    someone.become(LORRAINE)
    someone.open(pledge)
    assert "That isn’t how it was" in someone.text


def test_the_two_see_it_differently_and_the_convener_settles_it(someone: Someone):
    need = put_up_need(someone, "Chairs for the concert", kind="goods", wanted=10, what="chairs")
    pledge = accepted(someone, LORRAINE, need, 10)
    lorraine = someone
    lorraine.become(LORRAINE)
    lorraine.open(pledge)
    lorraine.unfold("It is given already")
    lorraine.press("It is given", within=UNFOLDED)

    maureen = someone
    maureen.become(MAUREEN)
    maureen.open(pledge)
    maureen.unfold("That isn’t how it was")
    maureen.press("Ask the convener", within=UNFOLDED)
    assert "Say how it was" in maureen.text
    maureen.fill(within=UNFOLDED, words="Seven chairs, and three stools without seats.")
    maureen.press("Ask the convener", within=UNFOLDED)
    assert "the convener looks at it" in maureen.heading
    maureen.look("disputed")

    hilary = someone
    hilary.become(HILARY)
    hilary.open("/desk")
    hilary.click("Promises to look at")
    hilary.follow(f"main li:has-text('Chairs for the concert ({someone.setting.name})') a")
    assert "they see it differently" in hilary.heading
    hilary.look("disputed, for the convener")
    hilary.fill(quantity="12")
    hilary.press("This is what counts")
    assert "There is a problem" in hilary.text
    hilary.fill(quantity="7", words="A stool without a seat is no chair.")
    hilary.press("This is what counts")
    hilary.open("/desk")
    hilary.click("Is the ledger whole?")

    lorraine.become(LORRAINE)
    lorraine.open(pledge)
    assert "A stool without a seat is no chair." in lorraine.text
    assert "so the convener decided" in lorraine.heading
    lorraine.look("settled")
    lorraine.open(need)
    assert "3 chairs" in lorraine.text


def sees(someone: Someone, name: str) -> bool:
    """Whether a file is on the page and comes when it is asked for."""
    address = someone.page.locator("main .pf-files").get_by_role("link", name=name).get_attribute("href")
    response = someone.page.request.get(f"{someone.address}{address}")
    return response.ok and response.headers["content-type"] == "image/png"
