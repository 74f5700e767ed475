"""Makes the pictures of docs/screenshots anew from a freshly loaded demo: `make screenshots`."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from marketplace.demo.people import PASSWORD
from tests.chromium import system_chromium
from tests.journeys.conftest import load_demo, served

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
WIDTHS = (320, 1280)
GIVER = "lorraine@harrier-foods.example"
NEED = "/search?q=wash+up+Wednesday+lunch&kind=need"


def take(browser: Browser, address: str, width: int) -> None:
    """The four pages at one width; the need and the desk as a giving team sees them."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{address}/")
    keep(page, "home", width)
    page.goto(f"{address}/search?q=catering+near+Bishop+Auckland")
    keep(page, "search", width)
    page.goto(f"{address}/sign-in")
    page.fill("[name=email]", GIVER)
    page.fill("[name=password]", PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/desk")
    keep(page, "desk", width)
    page.goto(f"{address}{NEED}")
    page.locator("main").get_by_role("link", name="Two people to wash up").first.click()
    page.wait_for_load_state()
    keep(page, "need", width)
    page.close()


def keep(page: Page, name: str, width: int) -> None:
    """The top of the page: what somebody sees first, and a little further down."""
    path = FOLDER / f"{name}-{width}.png"
    page.screenshot(path=path, clip={"x": 0, "y": 0, "width": width, "height": 1600}, full_page=True)
    print(path.relative_to(FOLDER.parents[1]))


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        load_demo(Path(data))
        browser = playwright.chromium.launch(executable_path=system_chromium(), args=["--no-sandbox"])
        with served(Path(data)) as address:
            for width in WIDTHS:
                take(browser, address, width)
        browser.close()


if __name__ == "__main__":
    main()
