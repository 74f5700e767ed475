"""How a document is laid out in a tantivy index."""

import hashlib
from math import cos, pi, radians, sin

import tantivy

from search.schema import FIELDS, Document, filter_values, words
from search.text import english, normalise

LAYOUT_VERSION = 3  # raise it when text or documents come to be read differently; a rebuild follows

# All words are searched in one field, each as often as its field's weight says: BM25 then counts and
# saturates a word once a document, not once a field.
WORDS = "words"
SURFACE = "surface"  # words as they are written, for the vocabulary
TITLE = "title_surface"  # words of titles and names as they are written, for suggestions
NEWEST = "newest"  # orders by day of publication
CLOSING = "closing"  # orders by last day
SPOT = "spot"
UNLOCATED = "nowhere"
MEANING = "meaning"  # the name of its vector

# A circle is nearly an octagon wherever it lies; coordinates are also kept along axes turned by 22.5°.
# A degree of longitude counts as it does at 54.7° north; elsewhere the bounds are looser, never wrong.
AXES = tuple(
    (f"axis_{turn}", cos(turn * pi / 8), sin(turn * pi / 8) * cos(radians(54.7))) for turn in range(8)
)

FILTERED = tuple((field, f"{field.name}_is") for field in FIELDS if field.filterable)
SEARCHED = tuple(field for field in FIELDS if field.weight > 0)

_DAYS = 20  # bits that hold a day's ordinal number for the next 2,800 years
_LAST_DAY = (1 << _DAYS) - 1


def schema() -> tantivy.Schema:
    """tantivy's fields, made from the declared ones: words to search, values to filter, numbers to order."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(WORDS, tokenizer_name="english", index_option="position")
    for name in (SURFACE, TITLE):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    for field, name in FILTERED:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=field.facet)
    for name in ("key", "title", "mark"):
        builder.add_text_field(f"{name}_kept", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("lat", "lon", *(name for name, _, _ in AXES)):
        builder.add_float_field(name, fast=True)
    builder.add_text_field(SPOT, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("closes_on_day", fast=True)
    for name in (NEWEST, CLOSING):
        builder.add_unsigned_field(name, fast=True)
    builder.add_unsigned_field(MEANING, fast=True, indexed=True)
    return builder.build()


def layout() -> str:
    """A fingerprint of how documents are laid out, so an index of another shape is never read."""
    return hashlib.sha256(f"{LAYOUT_VERSION} {FIELDS!r}".encode()).hexdigest()[:8]


def prepared(index: tantivy.Index) -> tantivy.Index:
    """The index with our way of reading text; tantivy keeps no tokenizers on disk."""
    index.register_tokenizer("english", english())
    return index


def entry(document: Document, vector_name: int | None = None) -> tantivy.Document:
    """The document as tantivy keeps it. Its vector is kept elsewhere, under this name."""
    made = tantivy.Document()
    if vector_name is not None:
        made.add_unsigned(MEANING, vector_name)
    _add_words(made, document)
    for field, name in FILTERED:
        for value in filter_values(document, field):
            made.add_text(name, value)
    for name, value in (("key", document.key), ("title", document.title), ("mark", document.mark)):
        made.add_text(f"{name}_kept", value)
    _add_location(made, document)
    _add_days(made, document)
    return made


def spot_name(lat: float, lon: float) -> str:
    """What a location is called in the index."""
    return f"{lat!r},{lon!r}"


def _add_words(made: tantivy.Document, document: Document) -> None:
    everything = []
    for field in SEARCHED:
        if text := normalise(words(document, field)):
            everything.append(text)
            for _ in range(field.weight):
                made.add_text(WORDS, text)
    made.add_text(SURFACE, " ".join(dict.fromkeys(" ".join(everything).split())))
    made.add_text(TITLE, normalise(document.title))


def _add_location(made: tantivy.Document, document: Document) -> None:
    if document.location is None:
        made.add_text(SPOT, UNLOCATED)
        return
    lat, lon = float(document.location.lat), float(document.location.lon)
    made.add_float("lat", lat)
    made.add_float("lon", lon)
    made.add_text(SPOT, spot_name(lat, lon))
    for name, north, east in AXES:
        made.add_float(name, lat * north + lon * east)


def _add_days(made: tantivy.Document, document: Document) -> None:
    """Days as numbers that order whole documents: no two are equal unless their keys' hashes are."""
    tie = _tie(document.key)
    published = document.published_on.toordinal() if document.published_on else 0
    closes = document.closes_on.toordinal() if document.closes_on else _LAST_DAY
    if document.closes_on:
        made.add_integer("closes_on_day", closes)
    made.add_unsigned(NEWEST, (published << (64 - _DAYS)) | (tie >> _DAYS))
    made.add_unsigned(
        CLOSING,
        (closes << (64 - _DAYS)) | ((_LAST_DAY - published) << (64 - 2 * _DAYS)) | (tie >> (2 * _DAYS)),
    )


def _tie(key: str) -> int:
    """A number that orders equals alike in every index and favours nobody: 64 bits of the key's hash."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")
