"""Journey 3: an employer's giving team answers matches and promises."""

import pytest

from tests.journeys.conftest import Someone, adds_up

LORRAINE = "lorraine@harrier-foods.example"


@pytest.fixture
def lorraine(someone: Someone) -> Someone:
    someone.sign_in(LORRAINE)
    return someone


def waiting(someone: Someone) -> int:
    """How many new matches their shelf says there are."""
    return int(someone.page.locator("nav[aria-label='Your matches'] a").first.inner_text().split()[-1])


def test_a_giver_reads_why_a_need_fits_and_the_reasons_add_up(lorraine: Someone):
    lorraine.open("/desk/matches")
    lorraine.click("All the reasons")

    assert "This fits Harrier Foods" in lorraine.heading
    adds_up(lorraine)


def test_a_giver_is_interested_and_promises_hours(lorraine: Someone):
    lorraine.open("/search?q=wash+up+Wednesday+lunch&kind=need")
    lorraine.click("Two people to wash up")
    lorraine.click("Promise something")
    lorraine.press("Promise it")
    assert "There is a problem" in lorraine.text

    lorraine.fill(each="5", words="Two of us on Wednesdays, from the packing line.")
    lorraine.press("Promise it")

    assert "You offered 5" in lorraine.heading
    lorraine.press("Take the promise back")
    assert "You called it off" in lorraine.heading


def test_a_giver_says_not_for_me_with_a_reason_and_later(lorraine: Someone):
    lorraine.open("/desk/matches")
    before = waiting(lorraine)
    lorraine.press("Not for me")
    lorraine.press("Not for me")
    assert "There is a problem" in lorraine.text
    lorraine.choose("The dates don’t work")
    lorraine.press("Not for me")

    lorraine.press("Later")

    assert lorraine.page.url.endswith("/desk/matches")
    assert waiting(lorraine) == before - 2


def test_a_giver_says_interested_and_takes_it_back(lorraine: Someone):
    lorraine.open("/desk/matches")
    lorraine.press("Interested")
    assert "We have told" in lorraine.page.locator("body").inner_text()

    lorraine.press("Take back")
    assert "Your answer is taken back" in lorraine.page.locator("body").inner_text()


def test_a_giver_reads_the_digest_that_was_written_for_them(lorraine: Someone):
    lorraine.open("/demo/mail")
    lorraine.follow("main a[href*='/demo/mail/']", last=True)

    assert lorraine.page.locator("iframe[title]").count() == 1
    lorraine.open("/digests/preferences")
    lorraine.press("Save")
