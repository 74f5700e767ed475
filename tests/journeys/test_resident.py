"""Journey 1: a resident looks round without signing in."""


def test_a_resident_finds_catering_near_bishop_auckland_and_reads_a_notice(someone):
    someone.open("/")
    someone.fill(q="catering near Bishop Auckland")
    someone.press("Look on the board")

    assert "catering" in someone.heading
    assert "within 10 miles of Bishop Auckland" in someone.text
    assert someone.page.locator("main").get_by_text("Durham Dales Catering").count()

    someone.click("Buffets for committees")
    assert "Buffets for committees" in someone.heading
    someone.click("Weardale & Vale Council")
    assert "Weardale & Vale Council" in someone.heading


def test_a_resident_who_finds_nothing_is_told_what_to_loosen(someone):
    someone.open("/search?q=zeppelin+moorings&where=Crook&miles=2")

    assert someone.page.locator("main a").count() > 0
    someone.open("/search?q=chairs&where=DL99+9ZZ")
    assert "DL99 9ZZ" in someone.text


def test_a_resident_reads_the_pages_that_explain(someone):
    for path in ("/how-it-works", "/ledger", "/privacy", "/accessibility"):
        someone.open(path)
    someone.open("/nowhere", status=404)


def test_a_resident_who_wants_to_promise_is_asked_to_sign_in_and_comes_back(someone):
    someone.open("/search?q=wash+up+Wednesday+lunch&kind=need")
    someone.click("Two people to wash up")
    need = someone.page.url

    someone.click("Sign in to promise")
    someone.fill(email="lorraine@harrier-foods.example", password="durham-demo-2026")
    someone.press("Sign in")

    assert someone.page.url.startswith(need)
