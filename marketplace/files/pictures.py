"""Pictures, drawn anew: what a camera wrote beside them, such as the place, is left behind."""

from io import BytesIO

from PIL import Image, ImageCms, ImageOps

from marketplace.errors import Refused
from marketplace.files.kinds import Made

SIDE = 1600  # pixels: readable on any screen, also a photographed timesheet
SMALL_SIDE = 480
MOST_PIXELS = 50_000_000  # what the largest phone cameras take
QUALITY = 85
TOO_LARGE = (
    "That picture is {width} by {height} pixels. The most is 50 million in all: "
    "make it smaller and send that."
)
DAMAGED = (
    "That picture cannot be read: it is damaged or cut off. Open it, save it as JPEG or PNG, and send that."
)

# Pillow would only warn, and only above its own measure; we look at the size before it draws anything.
Image.MAX_IMAGE_PIXELS = None

_STARTS = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"GIF87a": "GIF", b"GIF89a": "GIF"}
_SHRINK_WELL = ("L", "RGB", "RGBA", "CMYK")  # the others only once they are one of these
_KEPT_AS = {"JPEG": "JPEG", "PNG": "PNG", "GIF": "PNG", "WEBP": "WEBP"}


def looks_like(data: bytes) -> bool:
    return bool(_format(data))


def made_anew(data: bytes) -> Made:
    """The picture turned upright, in the web’s colours, at most `SIDE` pixels, and a small copy of it.

    Of one that moves, the first frame. Raises `Refused`.
    """
    kind = _format(data)
    width, height = _announced(data, kind)
    _check_size(width, height)
    try:
        with Image.open(BytesIO(data), formats=[kind]) as picture:
            _check_size(*picture.size)
            picture.draft("RGB", (SIDE, SIDE))  # a JPEG is read at a fraction of its size
            if picture.mode in _SHRINK_WELL:  # before anything makes a copy of it
                picture.thumbnail((SIDE, SIDE))
            drawn = _in_web_colours(ImageOps.exif_transpose(picture))
            drawn.thumbnail((SIDE, SIDE))
            kept = _written(drawn, _KEPT_AS[kind])
            drawn.thumbnail((SMALL_SIDE, SMALL_SIDE))
            small = _written(drawn, _KEPT_AS[kind])
    except Refused:
        raise
    except Exception as problem:  # Pillow’s decoders raise whatever a strange file leads to
        raise Refused(DAMAGED) from problem
    return Made(f"image/{_KEPT_AS[kind].lower()}", kept, small)


def _format(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return next((name for start, name in _STARTS.items() if data.startswith(start)), "")


def _announced(data: bytes, kind: str) -> tuple[int, int]:
    """Width and height of a WebP, whose reader would take memory for them when opening; of others, 0."""
    if kind != "WEBP":
        return 0, 0
    body = data[20:30].ljust(10, b"\0")
    if data[12:16] == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise Refused(TOO_LARGE.format(width=width, height=height))


def _in_web_colours(picture: Image.Image) -> Image.Image:
    """A fresh picture of grey or red, green and blue (with what is see-through), and nothing else."""
    see_through = picture.has_transparency_data
    profile = picture.info.get("icc_profile")
    if picture.mode.startswith(("I", "F")):  # more than 8 bits of grey: 16 are what scanners write
        picture = picture.point(lambda value: value / 257).convert("L")
    mode = "RGBA" if see_through else "L" if picture.mode in ("1", "L") else "RGB"
    if profile and picture.mode in ("RGB", "RGBA", "CMYK"):
        picture = _matched(picture, profile, mode)
    drawn = picture.convert(mode)
    drawn.info.clear()
    return drawn


def _matched(picture: Image.Image, profile: bytes, mode: str) -> Image.Image:
    """Its colours as they were meant, on screens that know nothing of its profile."""
    try:
        meant = ImageCms.ImageCmsProfile(BytesIO(profile))
        matched = ImageCms.profileToProfile(
            picture, meant, ImageCms.createProfile("sRGB"), outputMode=mode if mode != "L" else "RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):  # a profile that cannot be read counts as none
        return picture
    return matched or picture


def _written(picture: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    if kind == "PNG":
        picture.save(out, "PNG", optimize=True)
    elif kind == "WEBP":
        picture.save(out, "WEBP", quality=QUALITY)
    else:
        picture.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()
