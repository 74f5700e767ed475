"""What several journeys begin with: the people, a notice of their own, a promise towards it, a photo."""

from datetime import timedelta
from urllib.parse import urlsplit

from playwright.sync_api import FilePayload

from marketplace import clock
from tests.files.made import picture
from tests.journeys.conftest import Someone

MAUREEN = "maureen@coundon-welfare-hall.example"  # a village hall
LORRAINE = "lorraine@harrier-foods.example"  # an employer’s giving team, which she set up
ANIL = "anil@harrier-foods.example"  # her colleague
ALAN = "alan@st-godrics-university.example"  # another that gives
HILARY = "hilary@placeful-convener.example"  # the convener


def here(someone: Someone) -> str:
    return urlsplit(someone.page.url).path


def in_days(number: int) -> str:
    """As a date field takes it."""
    return (clock.today() + timedelta(days=number)).isoformat()


def photo(name: str) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": picture("PNG", (320, 240), colour="seagreen")}


def put_up_need(someone: Someone, title: str, *, kind: str, wanted: int, what: str) -> str:
    """The village hall’s, one for each setting; its address."""
    return _put_up(someone, MAUREEN, "needs", title, kind=kind, wanted=wanted, what=what)


def put_up_offer(someone: Someone, title: str, *, kind: str, wanted: int, what: str) -> str:
    """The employer’s."""
    return _put_up(someone, LORRAINE, "offers", title, kind=kind, wanted=wanted, what=what)


def promise(someone: Someone, giver: str, need: str, quantity: int, **answers: str) -> str:
    """Somebody promises this much of a need; the address of the promise."""
    someone.become(giver)
    someone.open(need)
    someone.click("Promise something")
    someone.fill(each=str(quantity), **answers)
    someone.press("Promise it")
    assert "has yet to answer" in someone.heading
    return here(someone)


def accepted(someone: Someone, giver: str, need: str, quantity: int, **answers: str) -> str:
    """A promise that the village hall has said yes to."""
    address = promise(someone, giver, need, quantity, **answers)
    someone.become(MAUREEN)
    someone.open(address)
    someone.press("Yes, thank you")
    assert "theirs to give" in someone.heading
    return address


def _put_up(
    someone: Someone, owner: str, folder: str, title: str, *, kind: str, wanted: int, what: str
) -> str:
    someone.become(owner)
    someone.open(f"/{folder}/new")
    someone.fill(
        title=f"{title} ({someone.setting.name})",
        body="The lunch club meets here on Wednesdays, and the brass band on Fridays.",
        category="furniture-goods",
        **{"quantities-0-kind": kind, "quantities-0-wanted": str(wanted), "quantities-0-what": what},
    )
    someone.press("Save and see it")
    someone.press("Publish", within="body")
    return here(someone)
