"""Journey 6: a newcomer joins, says who they are, invites a colleague; the convener looks round."""

import email
import re
import time
from email.policy import default
from pathlib import Path
from urllib.parse import urlsplit

from tests.journeys.conftest import PATIENCE, Someone


def test_a_newcomer_joins_by_the_letter_and_invites_a_colleague(someone: Someone):
    address = f"pat-{someone.setting.name}@allotments.example"
    someone.open("/sign-up")
    someone.press("Join")
    assert "There is a problem" in someone.text
    someone.fill(name="Pat", email=address, password="runner beans at dawn")
    someone.press("Join")
    assert "on its way" in someone.heading

    someone.open(link_in_letter_to(someone, address))
    someone.press("Confirm my address")
    assert someone.page.url.endswith("/desk")

    someone.open("/organisations/new")
    someone.fill(
        name=f"Crook Allotments ({someone.setting.name})",
        about="Forty plots and a tea hut.",
        where="Nowhere At All",
    )
    someone.choose("Voluntary or community group")
    someone.press("Put it on the board")
    assert "Nowhere At All" in someone.text
    someone.fill(where="Crook")
    someone.press("Put it on the board")
    assert "Crook Allotments" in someone.page.locator("body").inner_text()

    someone.open("/desk")
    someone.click("Who acts for it")
    someone.fill(email="sam@allotments.example")
    someone.press("Send the invitation")
    assert "on its way" in someone.page.locator("body").inner_text()

    someone.open("/accounts/switch")
    someone.sign_out()
    someone.open("/forgotten-password")
    someone.fill(email=address)
    someone.press("Send the link")


def test_the_convener_comes_in_by_the_demo_button(someone: Someone):
    someone.open("/sign-in")
    someone.press("Sign in as Hilary Dunn")

    assert someone.page.url.endswith("/desk")


def link_in_letter_to(someone: Someone, address: str) -> str:
    """The path of the link in the newest letter to an address, once the worker has sent it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for path in sorted((someone.data_dir / "mail").glob("*.eml")):
            if found := link_in(path, address):
                return found
        someone.page.wait_for_timeout(100)
    raise AssertionError(f"no letter came to {address}")


def link_in(path: Path, address: str) -> str:
    letter = email.message_from_bytes(path.read_bytes(), policy=default)
    body = letter.get_body(("plain",))
    if letter["To"] is None or address not in letter["To"] or body is None:
        return ""
    found = re.search(r"https?://\S+/confirm/\S+", body.get_content())
    return urlsplit(found[0]).path if found else ""
