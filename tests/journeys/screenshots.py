"""Makes the pictures of docs/screenshots anew from a freshly loaded demo: `make screenshots`."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from marketplace.demo.people import PASSWORD
from tests.chromium import system_chromium
from tests.journeys.conftest import load_demo, served

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
WIDTHS = (320, 1280)
GIVER = "lorraine@harrier-foods.example"
RECEIVER = "maureen@coundon-welfare-hall.example"
BUYER = "denise@weardale-vale-council.example"
NEED = "/search?q=wash+up+Wednesday+lunch&kind=need"


@dataclass
class Camera:
    """A browser at one width."""

    page: Page
    address: str
    width: int

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def follow(self, selector: str) -> None:
        """Where the first thing this finds leads."""
        with self.page.expect_navigation():
            self.page.locator("main").locator(selector).first.click()

    def sign_in(self, email: str) -> None:
        self.page.context.clear_cookies()
        self.go("/sign-in")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", PASSWORD)
        self.follow("button:text-is('Sign in')")

    def keep(self, name: str) -> None:
        """The top of the page: what somebody sees first, and a little further down."""
        path = FOLDER / f"{name}-{self.width}.png"
        self.page.screenshot(
            path=path, clip={"x": 0, "y": 0, "width": self.width, "height": 1600}, full_page=True
        )
        print(path.relative_to(FOLDER.parents[1]))


def take(camera: Camera) -> None:
    """Every picture at one width. Nothing is changed, so each width shows the same day."""
    camera.go("/")
    camera.keep("home")
    camera.go("/search?q=catering+near+Bishop+Auckland")
    camera.keep("search")
    camera.go("/ledger")
    camera.keep("ledger")
    of_the_giver(camera)
    of_the_receiver(camera)
    of_the_buyer(camera)


def of_the_giver(camera: Camera) -> None:
    camera.sign_in(GIVER)
    camera.keep("desk")
    camera.follow("a[href*='/pledges/']:has-text('said yes')")
    camera.keep("promise-to-give")
    camera.go("/portfolio")
    camera.keep("portfolio")
    camera.go(NEED)
    camera.follow("a:has-text('Two people to wash up')")
    camera.keep("need")
    camera.go("/conversations")
    camera.follow(".pf-threads a:has-text('Coundon Welfare Hall')")
    camera.keep("conversation")


def of_the_receiver(camera: Camera) -> None:
    camera.sign_in(RECEIVER)
    camera.follow("a[href*='/pledges/']:has-text('offers')")
    camera.keep("promise-to-answer")


def of_the_buyer(camera: Camera) -> None:
    camera.sign_in(BUYER)
    camera.follow("a:has-text('is closed: decide')")
    if "/decide" not in camera.page.url:
        camera.follow("a:text-is('Decide')")
    camera.page.get_by_label("Awarded to somebody").check()
    camera.follow("button:text-is('Next')")
    camera.keep("decide")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        load_demo(Path(data))
        browser = playwright.chromium.launch(executable_path=system_chromium(), args=["--no-sandbox"])
        with served(Path(data)) as address:
            for width in WIDTHS:
                page = browser.new_page(viewport={"width": width, "height": 900})
                take(Camera(page, address, width))
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
