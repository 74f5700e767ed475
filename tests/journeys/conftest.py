"""A served demo and a real browser, at three settings; axe and the page invariants look at every page."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from marketplace.demo.people import PASSWORD
from tests.chromium import is_left_out, system_chromium
from tests.invariants import check_page

ROOT = Path(__file__).resolve().parents[2]
# Debian’s Chromium asks for a graphics processor that a build machine does not have.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE = 90  # seconds to wait for a served page on a slow machine
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All journeys in one worker: the demo is loaded and served once for each setting."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("journeys"))


UNFOLDED = "main details[open]"


@dataclass(frozen=True)
class Setting:
    """How a person looks at the pages."""

    name: str
    width: int
    scripts: bool = True


SETTINGS = (Setting("wide", 1280), Setting("narrow", 320), Setting("no-script", 1280, scripts=False))


@dataclass
class Someone:
    """A person at a browser: goes where they say, and every page they reach is checked."""

    page: Page
    address: str
    data_dir: Path
    setting: Setting
    seen: set[str]  # kinds of page axe has looked at, by anybody at this setting
    cookies: dict[str, Any]  # of those who signed in at this setting

    def open(self, path: str, *, status: int = 200) -> None:
        response = self.page.goto(f"{self.address}{path}")
        assert response is not None
        assert response.status == status, f"{path} answered {response.status}"
        self.look()

    def click(self, words: str, *, within: str = "main") -> None:
        """Follow the first link that begins with these words."""
        beginning = re.compile(f"^[“]?{re.escape(words)}")
        self._leave(self.page.locator(within).get_by_role("link", name=beginning).first.click)

    def press(self, words: str, *, within: str = "main") -> None:
        beginning = re.compile(f"^{re.escape(words)}")
        self._leave(self.page.locator(within).get_by_role("button", name=beginning).first.click)

    def fill(self, *, within: str = "body", **answers: str) -> None:
        """Type into fields by their names."""
        for name, answer in answers.items():
            box = self.page.locator(within).locator(f"[name='{name}']").first
            if box.evaluate("element => element.tagName") == "SELECT":
                box.select_option(answer)
            else:
                box.fill(answer)

    def choose(self, words: str) -> None:
        """Tick a box or a circle by its words."""
        self.page.locator("main").get_by_label(words).first.check()

    def sign_in(self, email: str) -> None:
        """By the form the first time; after that with the cookies it gave, as one who stayed signed in."""
        if email in self.cookies:
            self.page.context.add_cookies(self.cookies[email])
            self.open("/desk")
            return
        self.open("/sign-in")
        self.fill(email=email, password=PASSWORD)
        self.press("Sign in")
        self.cookies[email] = self.page.context.cookies()

    def become(self, email: str) -> None:
        """Somebody else from here on, as if at a browser of their own."""
        self.page.context.clear_cookies()
        self.sign_in(email)

    def unfold(self, words: str) -> None:
        """Open what is folded away behind these words; it is then `UNFOLDED`."""
        fold = self.page.locator("main details", has=self.page.locator("summary", has_text=words)).first
        fold.locator("summary").click()

    def upload(self, name: str, *files: FilePayload) -> None:
        self.page.locator(f"[name='{name}']").first.set_input_files(list(files))

    def sign_out(self) -> None:
        """Through the menu, which is folded away where the screen is narrow."""
        menu = self.page.get_by_role("button", name="Menu")
        if menu.is_visible():
            menu.click()
        self.press("Sign out", within="header")

    def follow(self, selector: str, *, last: bool = False) -> None:
        """Click the first (or last) thing this finds, and look at where it leads."""
        found = self.page.locator(selector)
        self._leave((found.last if last else found.first).click)

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def text(self) -> str:
        return " ".join(self.page.locator("main").inner_text().split())

    def look(self, state: str = "") -> None:
        """Check the page they are on: invariants always, axe and the width once for each kind of page.

        `state` names what a script has made of the page since, so that axe looks at that too.
        """
        html = (
            self.page.content()
            if self.setting.scripts
            else self.page.locator("html").evaluate("e => e.outerHTML")
        )
        check_page(html, where=self.page.url)
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.setting.width, f"{self.page.url} scrolls sideways: {wide} px"
        path = re.sub(r"\d+|(?<=confirm/).*", "#", urlsplit(self.page.url).path)
        kind = f"{path} {state} with {self.page.locator('.govuk-error-summary').count()} error summaries"
        if self.setting.scripts and kind not in self.seen:
            self.seen.add(kind)
            self._run_axe()

    def _run_axe(self) -> None:
        self.page.wait_for_function("document.getAnimations().every(each => each.playState !== 'running')")
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("rules => axe.run(document, rules)", RULES)
        problems = [
            f"{each['id']}: {each['help']} ({'; '.join(node['html'][:120] for node in each['nodes'][:3])})"
            for each in found["violations"]
        ]
        assert not problems, f"axe on {self.page.url}: {problems}"

    def _leave(self, act: object) -> None:
        with self.page.expect_navigation():
            act()  # type: ignore[operator]  # a bound click
        self.look()


def adds_up(someone: Someone) -> None:
    """The reasons' points, as shown, are the score, as shown."""
    points = someone.page.locator("section[aria-labelledby='why'] li .pf-num").all_inner_texts()
    score = int(someone.heading.rpartition(":")[2].partition(" of ")[0])
    assert points, "no reasons are shown"
    assert sum(int(each.replace("−", "-")) for each in points) == score


@pytest.fixture(scope="session")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo loaded, made once."""
    folder = tmp_path_factory.mktemp("demo")
    load_demo(folder)
    return folder


def load_demo(folder: Path) -> None:
    """What `make run` does the first time."""
    for command in (("db", "upgrade"), ("demo", "load")):
        done = subprocess.run(
            [sys.executable, "-m", "marketplace", *command],
            env=environment(folder), check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def _browser() -> Iterator[Browser]:
    if is_left_out():
        pytest.skip("NO_BROWSER is set: the journeys were left out")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session", params=SETTINGS, ids=lambda setting: setting.name)
def _site(
    request: pytest.FixtureRequest, _demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple]:
    """The demo served from a copy of its own for each setting, web and worker in one process."""
    folder = tmp_path_factory.mktemp(request.param.name) / "data"
    shutil.copytree(_demo, folder)
    with served(folder) as address:
        yield request.param, address, folder, set(), {}


@pytest.fixture
def someone(_site: tuple, _browser: Browser) -> Iterator[Someone]:
    setting, address, folder, seen, cookies = _site
    # axe is put into the page by us, past the policy that keeps other people's scripts out.
    context = _browser.new_context(
        viewport={"width": setting.width, "height": 900},
        java_script_enabled=setting.scripts,
        bypass_csp=True,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE * 1000)
    yield Someone(context.new_page(), address, folder, setting, seen, cookies)
    context.close()


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return {**kept, "DATA_DIR": str(folder)}


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """`marketplace serve` on a port of its own, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "marketplace", "serve", "--port", str(port)]
    with (folder / "serve.log").open("w") as log:
        process = subprocess.Popen(command, env=environment(folder), stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/health", process)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server stopped by itself"
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310  # our own server's address
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{address} did not answer in {PATIENCE} s")
