"""Journey 9: work is asked about, answered with a price, shortlisted, decided and learnt from."""

from urllib.parse import urlsplit

from tests.journeys.conftest import Someone

ALAN = "alan@st-godrics-university.example"
GLENYS = "glenys@durham-dales-catering.example"
PICNICS = "/search?q=picnic+boxes+for+graduands&kind=opportunity"


def asks_and_answers(glenys: Someone) -> str:
    """Glenys asks about the picnics and answers with a price; returns where the notice is."""
    glenys.sign_in(GLENYS)
    glenys.open(PICNICS)
    glenys.click("Picnic boxes for 900")
    notice = urlsplit(glenys.page.url).path
    glenys.click("Ask a question")
    glenys.fill(words="Is there an oven in the marquee?")
    glenys.press("Ask")
    assert "Only you and they see it" in glenys.text
    glenys.click("Answer this")
    glenys.fill(words="All three days, from our own kitchen.", price_low="14500", price_high="15500")
    glenys.press("Send it")
    assert "£14,500 to £15,500" in glenys.text
    glenys.sign_out()
    return notice


def test_from_a_question_to_a_decision_with_a_reason_for_everyone(someone: Someone):
    glenys = someone
    notice = asks_and_answers(glenys)

    alan = someone
    alan.sign_in(ALAN)
    alan.click("A question about")
    alan.fill(answer="Yes, and a fridge.")
    alan.press("Answer for everybody")
    assert "Yes, and a fridge." in alan.text
    alan.click("Compare and decide")
    alan.follow("main li:has-text('Durham Dales Catering') a:has-text('Read the answer')")
    alan.press("Put them on the shortlist")
    alan.click("All answers to")
    for name in ("Durham Dales Catering", "Green Gingham"):
        alan.choose(name)
    alan.press("Side by side")
    assert "£14,500 to £15,500" in alan.text

    alan.click("All answers to")
    alan.click("Picnic boxes for 900")
    alan.press("Close", within="body")
    alan.click("Compare and decide")
    alan.follow("main li:has-text('Green Gingham') a:has-text('Read the answer')")
    alan.press("Offer them the work")
    assert "You offered Green Gingham the work" in alan.heading
    alan.click("All answers to")
    assert "Offered the work" in alan.text
    alan.click("Picnic boxes for 900")
    alan.follow("main a:text-is('Decide')")
    alan.choose("Awarded to somebody")
    alan.press("Next")
    alan.fill(value="a fair price")
    alan.press("Decide and tell them")
    assert "There is a problem" in alan.text
    assert alan.page.get_by_role("radio", name="Green Gingham").is_checked()
    alan.fill(value="15000", words="A close thing.")
    alan.press("Decide and tell them")
    assert "Green Gingham won" in alan.heading
    alan.sign_out()

    glenys.sign_in(GLENYS)
    glenys.open(notice)
    assert "somebody else was chosen" in glenys.text
    glenys.click("See your answer")
    assert "said not this time" in glenys.heading
    assert "Another answer fitted better" in glenys.text
    assert "It went to Green Gingham" in glenys.text
