"""Journey 14: a team keeps needs in mind, promises to two at once, and its people sign up to come along."""

import json

from tests.journeys.conftest import Someone
from tests.journeys.scenes import ANIL, LORRAINE, MAUREEN, accepted, here, in_days, put_up_need


def test_a_team_shortlists_two_needs_and_promises_to_both_at_once(someone: Someone):
    needs = [
        put_up_need(someone, title, kind="goods", wanted=4, what="benches")
        for title in ("Benches for the yard", "Benches for the porch")
    ]
    lorraine = someone
    lorraine.become(LORRAINE)
    for need in needs:
        lorraine.open(need)
        lorraine.press("Put it on our shortlist")
    lorraine.open("/portfolio/shortlist")
    lorraine.fill(note="The joiners could make these.")
    lorraine.press("Save the note")
    assert lorraine.page.locator("[name='note']").first.input_value() == "The joiners could make these."

    for title in ("Benches for the yard", "Benches for the porch"):
        lorraine.choose(f"Promise to this one: {title} ({someone.setting.name})")
    lorraine.press("Promise to those you ticked")
    assert "Promise to two needs" in lorraine.heading
    lorraine.press("Promise them")
    assert "There is a problem" in lorraine.text
    for box in lorraine.page.locator("main [name^='line_']").all():
        box.fill("2")
    lorraine.fill(name="Benches this spring")
    lorraine.press("Promise them")
    assert "Benches this spring" in lorraine.text

    lorraine.open("/portfolio/promises?sort=newest")
    assert "Benches this spring" in lorraine.text
    response = lorraine.page.request.get(f"{lorraine.address}/portfolio/promises.json")
    assert f"Benches for the yard ({someone.setting.name})" in json.dumps(response.json())
    lorraine.open("/portfolio/needs")


def test_a_colleague_signs_up_to_come_along_and_says_that_they_came(someone: Someone):
    need = put_up_need(someone, "Hands for the harvest", kind="volunteers", wanted=8, what="digging")
    pledge = accepted(someone, LORRAINE, need, 8, starts_on=in_days(0), timing="10 to 2")

    lorraine = someone
    lorraine.become(LORRAINE)
    lorraine.open(pledge)
    lorraine.click("Who comes, and places")
    lorraine.fill(places="none")
    lorraine.press("Save")
    assert "There is a problem" in lorraine.text
    lorraine.fill(places="2")
    lorraine.press("Save")
    assert "2 places" in lorraine.text
    people = here(lorraine)

    anil = someone
    anil.become(ANIL)
    anil.open("/desk")
    anil.click("Coming along")
    anil.press("I’ll come", within=f"main li:has-text('Hands for the harvest ({someone.setting.name})')")
    anil.open(people)
    anil.look("with somebody")
    assert "Anil Deshmukh (you)" in anil.text
    anil.press("Came")

    maureen = someone
    maureen.become(MAUREEN)
    maureen.open(people)
    assert "Anil, Harrier Foods" in maureen.text
    assert "Deshmukh" not in maureen.text

    lorraine.become(LORRAINE)
    lorraine.open(people)
    lorraine.click("Report it")
    lorraine.press("It is given")
    assert "has yet to confirm" in lorraine.heading
