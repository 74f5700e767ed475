"""Journey 7: somebody searches: by filters, by keyboard, on a map; and keeps what they asked."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import SETTINGS, Someone

GLENYS = "glenys@durham-dales-catering.example"
WITH_SCRIPTS = [setting for setting in SETTINGS if setting.scripts]
# What only scripts do; without them each has a plain twin, among the other journeys here.
by_script = pytest.mark.parametrize("_site", WITH_SCRIPTS, ids=lambda setting: setting.name, indirect=True)


def tick(someone: Someone, words: str) -> None:
    """Choose a filter, as it is done at this setting, and wait for what it finds."""
    page = someone.page
    box = page.get_by_role("checkbox", name=re.compile(f"^{words}"))
    if not box.is_visible():
        page.locator("#filters > summary").click()
    before = page.url
    box.check()
    if someone.setting.scripts:
        page.wait_for_url(lambda url: url != before)
        expect(page.locator("#results[aria-busy]")).to_have_count(0)
        someone.look()
    else:
        someone.press("Use these")


def test_a_filter_narrows_what_is_found_and_going_back_widens_it(someone):
    someone.open("/search?q=catering")
    everything = someone.heading
    tick(someone, "Opportunities")

    assert "kind=opportunity" in someone.page.url
    assert someone.heading != everything
    assert "opportunities for “catering”" in someone.text
    someone.click("Buffets for committees")
    someone.page.go_back()
    expect(someone.page.get_by_role("heading", level=1)).not_to_have_text(everything)
    someone.page.go_back()
    expect(someone.page.get_by_role("heading", level=1)).to_have_text(everything)
    expect(someone.page.locator("#kind-opportunity")).not_to_be_checked()


@by_script
def test_a_live_filter_keeps_the_focus_says_what_was_found_and_fetches_no_page(someone):
    someone.open("/search?q=catering")
    page = someone.page
    page.evaluate("window.before = 'still here'")
    tick(someone, "Opportunities")

    expect(page.locator("#kind-opportunity")).to_be_focused()
    expect(page.locator("main > [role=status]")).to_have_text(
        re.compile(r"^\d+ opportunities for “catering”")
    )
    page.get_by_role("button", name="Copy the address").click()
    expect(page.get_by_role("button", name="Copied")).to_be_focused()
    expect(page.locator("main > [role=status]")).to_have_text("Copied")
    assert page.evaluate("window.before") == "still here"


@by_script
def test_when_new_results_do_not_come_the_page_does(someone):
    someone.open("/search?q=catering")
    page = someone.page
    page.route(
        "**/search?*", lambda route: route.abort() if "x-part" in route.request.headers else route.continue_()
    )
    page.evaluate("window.before = 'still here'")
    tick(someone, "Opportunities")

    expect(page.locator("#kind-opportunity")).to_be_checked()
    page.wait_for_function("window.before === undefined")


@by_script
def test_suggestions_are_reached_by_keyboard_alone(someone):
    someone.open("/")
    page = someone.page
    box = page.get_by_role("combobox", name="What do you need")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("dales cat")
    names = page.get_by_role("listbox", name="Suggestions")
    expect(names.get_by_role("group", name="Organisations")).to_be_visible()
    expect(page.locator("main > [role=status]")).to_have_text(re.compile("suggestion"))
    someone.look("with suggestions")

    box.press("ArrowUp")
    chosen = names.locator("[aria-selected=true]")
    expect(chosen).to_have_count(1)
    expect(box).to_have_attribute("aria-activedescendant", chosen.get_attribute("id"))
    expect(box).to_be_focused()
    box.press("Escape")
    expect(names).to_be_hidden()
    expect(box).to_have_value("dales cat")
    box.press("Escape")
    expect(box).to_have_value("")

    box.press_sequentially("durham dales catering")
    option = names.get_by_role("option", name="Durham Dales Catering", exact=False).first
    expect(option).to_be_visible()
    for _ in range(12):
        box.press("ArrowDown")
        if option.get_attribute("aria-selected") == "true":
            break
    leads_to = option.get_attribute("href")
    with page.expect_navigation():
        box.press("Enter")
    assert page.url.endswith(leads_to)
    someone.look()


@by_script
def test_words_search_while_they_are_typed_and_make_one_step_back(someone):
    someone.open("/search")
    page = someone.page
    steps = page.evaluate("history.length")
    page.locator("#q").press_sequentially("chairs", delay=400)  # slower than it takes to look
    expect(page).to_have_url(re.compile(r"q=chairs$"))

    assert page.evaluate("history.length") == steps + 1
    expect(page.locator("#q")).to_be_focused()
    page.go_back()
    expect(page.locator("#q")).to_have_value("")


def test_a_map_shows_what_the_list_beside_it_holds(someone):
    elsewhere: list[str] = []
    page = someone.page
    page.on("request", lambda request: elsewhere.append(request.url))
    someone.open("/search?q=catering&kind=opportunity&view=map")

    assert page.locator("main article").count() > 3
    assert [url for url in elsewhere if not url.startswith((someone.address, "data:"))] == []
    if not someone.setting.scripts:
        assert "The map needs JavaScript" in someone.text
        return
    pins = page.locator("#map [role=button][data-spot]")
    expect(page.locator("#map-status")).to_have_text(re.compile(r"^\d+ on the map"))
    expect(pins.first).to_be_visible()
    someone.look("with a map")
    single = page.locator("#map [role=button][aria-label^='Opportunity: ']").first
    title = single.get_attribute("aria-label").removeprefix("Opportunity: ")
    single.press("Enter")
    link = page.locator(".pf-map-note").get_by_role("link", name=title)
    expect(link).to_be_focused()
    someone.look("with a map and a note")
    link.press("Escape")
    expect(page.locator(".pf-map-note")).to_have_count(0)
    expect(page.locator("#map [role=button]:focus")).to_have_attribute("aria-label", f"Opportunity: {title}")


def test_a_map_is_loaded_only_where_it_is_shown(someone):
    asked: list[str] = []
    someone.page.on("request", lambda request: asked.append(request.url))
    someone.open("/search?q=catering")

    assert asked
    assert [url for url in asked if "map" in url] == []


def test_what_is_not_found_can_be_loosened(someone):
    someone.open("/search?q=hot+food&kind=opportunity&where=Barnard+Castle&miles=2")
    assert someone.heading.startswith("Nothing for")
    loosened = someone.page.locator(".pf-empty li a").first
    promised = someone.page.locator(".pf-empty li").first.inner_text()
    number = re.search(r"\((\d+) things?\)", promised)
    assert number, promised
    with someone.page.expect_navigation():
        loosened.click()
    someone.look()

    assert someone.heading.startswith(f"{number[1]} thing")


def test_a_search_is_kept_and_opened_again(someone):
    someone.sign_in(GLENYS)
    someone.open("/search?q=catering&kind=opportunity")
    someone.page.locator("#keep-name").fill(f"Catering work, {someone.setting.name}")
    someone.press("Keep it")
    someone.open("/searches")
    someone.click(f"Catering work, {someone.setting.name}")

    assert "opportunities for “catering”" in someone.text


@by_script
def test_filters_on_a_phone_are_folded_and_lead_to_the_results(someone):
    page = someone.page
    page.set_viewport_size({"width": 320, "height": 640})
    someone.open("/search?q=catering")
    expect(page.locator("#kind-need")).to_be_hidden()
    tick(someone, "Opportunities")
    lead = page.get_by_role("button", name=re.compile(r"^Show \d+ results?$"))
    expect(lead).to_be_in_viewport()
    lead.click()

    expect(page.locator("#kind-need")).to_be_hidden()
    expect(page.locator("[data-found]")).to_be_focused()
    assert "(1 on)" in page.locator("#filters > summary").inner_text()
