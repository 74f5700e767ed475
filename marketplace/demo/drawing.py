"""The demo's photographs, drawn from a few shapes: nothing is fetched, and nobody real is in them."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

from PIL import Image, ImageDraw
from werkzeug.datastructures import FileStorage

from marketplace.accounts.models import User
from marketplace.files import services as files
from marketplace.files.models import File
from marketplace.organisations.models import Organisation

SIZE = 960, 640  # pixels
WALL, BOARDS, SKY, GRASS, SOIL = "#e9dfcb", "#b98b5a", "#cfe0e6", "#8aa66b", "#6f5840"
GREEN, AMBER, BLUE, RED, INK = "#0b5c4d", "#f2a900", "#3d6f9e", "#b4513c", "#1d2321"


def photo(name: str, organisation: Organisation, *, actor: User, now: datetime) -> File | None:
    """The picture of this name, kept as an upload of theirs; None where there is no name."""
    if not name:
        return None
    upload = FileStorage(BytesIO(drawn(name)), filename=f"{name}.png")
    return files.store(upload, organisation=organisation, actor=actor, now=now, images_only=True)


def drawn(name: str) -> bytes:
    """The picture as a PNG, always the same."""
    picture = Image.new("RGB", SIZE, WALL)
    PICTURES[name](ImageDraw.Draw(picture))
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _head_guards(draw: ImageDraw.ImageDraw) -> None:
    """Two shelves of red and blue head guards over a gym floor."""
    draw.rectangle((0, 520, 960, 640), fill=BOARDS)
    for shelf, top in enumerate((90, 300)):
        draw.rectangle((90, top + 150, 870, top + 170), fill=SOIL)
        for place in range(5):
            left = 120 + place * 148
            colour = RED if (place + shelf) % 2 else BLUE
            draw.ellipse((left, top, left + 120, top + 150), fill=colour)
            draw.rounded_rectangle((left + 32, top + 50, left + 88, top + 128), 22, fill=WALL)
            draw.line((left + 10, top + 34, left + 110, top + 34), fill=INK, width=6)


def _fence(draw: ImageDraw.ImageDraw) -> None:
    """A new fence across a garden under a wide sky."""
    draw.rectangle((0, 0, 960, 360), fill=SKY)
    draw.ellipse((760, 50, 860, 150), fill=AMBER)
    draw.polygon(((0, 360), (320, 230), (640, 330), (960, 210), (960, 640), (0, 640)), fill=GRASS)
    draw.rectangle((0, 560, 960, 640), fill=SOIL)
    for left in range(30, 960, 74):
        draw.polygon(((left, 300), (left + 26, 268), (left + 52, 300)), fill=BOARDS)
        draw.rectangle((left, 300, left + 52, 570), fill=BOARDS)
    for top in (350, 480):
        draw.rectangle((0, top, 960, top + 22), fill=SOIL)


def _soup(draw: ImageDraw.ImageDraw) -> None:
    """Crates of soup pots on a hatch, steam above one bowl."""
    draw.rectangle((0, 430, 960, 640), fill=GREEN)
    draw.rectangle((0, 410, 960, 440), fill=BOARDS)
    for crate in range(2):
        left = 70 + crate * 320
        draw.rectangle((left, 250, left + 280, 410), fill=BLUE)
        for pot in range(4):
            draw.rounded_rectangle((left + 12 + pot * 66, 190, left + 66 + pot * 66, 270), 10, fill="#fbfaf7")
            draw.rectangle((left + 12 + pot * 66, 214, left + 66 + pot * 66, 240), fill=AMBER)
    draw.chord((720, 300, 900, 440), 0, 180, fill=RED)
    for wisp in range(3):
        draw.arc((750 + wisp * 42, 220, 790 + wisp * 42, 340), 90, 270, fill="#fbfaf7", width=8)


PICTURES: dict[str, Callable[[ImageDraw.ImageDraw], None]] = {
    "head-guards-on-the-shelf": _head_guards,
    "the-new-fence": _fence,
    "soup-at-the-hatch": _soup,
}
