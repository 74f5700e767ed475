"""How documents lie in Meilisearch, and the settings that follow from the declared fields."""

import hashlib
from functools import cache
from typing import Any

from search.schema import FIELDS, Document, filter_values, words
from search.synonyms import synonyms
from search.text import normalise, stemmed

PRIMARY_KEY = "id"
EMBEDDER = "meaning"
CATEGORIES = "categories_is"
TIE = "tie"
PUBLISHED = "published_on_day"
SEARCHABLE = tuple(sorted((field for field in FIELDS if field.weight > 0), key=lambda field: -field.weight))
STEMS = [f"{field.name}_stems" for field in SEARCHABLE]
TITLES = ["title_stems", "title_words"]

MOST_HITS = 10_000_000  # a total is the whole number of hits, however many
MOST_FACET_VALUES = 10_000
CUTOFF_MILLISECONDS = 150  # after which Meilisearch answers with what it has ranked so far
LONGEST_CODE = 400  # Meilisearch cuts longer values, and two that were cut alike would be one
TIE_BITS = 52  # Meilisearch keeps numbers as floats, which are whole up to here
PLAIN_VALUE = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-_./")
PLAIN_ID = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def settings(vector_size: int | None) -> dict[str, Any]:
    """What an index is told before it is given any document.

    Stop words are not told: they are left out of what is asked instead, so that a question made of nothing
    else still finds them.
    """
    said: dict[str, Any] = {
        "searchableAttributes": [
            name for field in SEARCHABLE for name in (f"{field.name}_stems", f"{field.name}_words")
        ],
        "displayedAttributes": [PRIMARY_KEY, "family", "title", CATEGORIES, "_geo"],
        "filterableAttributes": [
            *(f"{field.name}_is" for field in FIELDS if field.filterable),
            *(f"{field.name}_day" for field in FIELDS if field.sortable),
            "_geo",
        ],
        "sortableAttributes": [*(f"{field.name}_day" for field in FIELDS if field.sortable), TIE, "_geo"],
        "rankingRules": [
            "sort", "words", "typo", "proximity", "attribute", "exactness", f"{PUBLISHED}:desc", f"{TIE}:asc"
        ],
        "typoTolerance": {"enabled": True, "minWordSizeForTypos": {"oneTypo": 5, "twoTypos": 9}},
        "synonyms": _synonyms(),
        "pagination": {"maxTotalHits": MOST_HITS},
        "faceting": {"maxValuesPerFacet": MOST_FACET_VALUES},
        "searchCutoffMs": CUTOFF_MILLISECONDS,
    }  # fmt: skip
    if vector_size is not None:
        said["embedders"] = {EMBEDDER: {"source": "userProvided", "dimensions": vector_size}}
    return said


def entry(document: Document, vector_size: int | None) -> dict[str, Any]:
    """The document as Meilisearch keeps it: words as said, their stems, coded values, and days as numbers."""
    made: dict[str, Any] = {
        PRIMARY_KEY: document_id(document.key),
        "mark": document.mark,
        "family": document.family,
        "title": _whole(document.title),
        TIE: _tie(document.key),
    }
    for field in FIELDS:
        if field.weight > 0:
            said = normalise(words(document, field))
            made[f"{field.name}_words"] = said
            made[f"{field.name}_stems"] = " ".join(stemmed(said.split()))
        if field.filterable:
            made[f"{field.name}_is"] = [code(value) for value in filter_values(document, field)]
        if field.sortable and (day := getattr(document, field.name)) is not None:
            made[f"{field.name}_day"] = day.toordinal()
        if field.geo and (point := getattr(document, field.name)) is not None:
            made["_geo"] = {"lat": float(point.lat), "lng": float(point.lon)}
    if vector_size is not None:
        # Whatever has no vector must say so, or Meilisearch refuses all that came with it.
        fits = document.vector is not None and len(document.vector) == vector_size
        made["_vectors"] = {EMBEDDER: [float(part) for part in document.vector or ()] if fits else None}
    return made


def document_id(key: str) -> str:
    """“need:12” is “need-12”: an id has letters, digits, - and _ only; “_” and two hex digits are others."""
    return "".join(
        chr(byte) if byte in PLAIN_ID else "-" if byte == ord(":") else f"_{byte:02x}" for byte in _bytes(key)
    )


def key_of(document_id: str) -> str:
    """The key an id was made from. Raises ValueError for what no key is written as."""
    said, *escaped = document_id.replace("-", ":").split("_")
    parts = [said.encode("ascii")]
    parts += [bytes.fromhex(part[:2]) + part[2:].encode("ascii") for part in escaped]
    return b"".join(parts).decode("utf-8", "surrogatepass")


def code(value: str) -> str:
    """The value in letters that mean nothing in a filter and that no two values share.

    Meilisearch folds case and accents when it compares, cuts what is long, and reads quotes and
    backslashes; here “Durham” is “~44urham”, which leaves it nothing to fold, cut or read.
    """
    coded = "".join(chr(byte) if byte in PLAIN_VALUE else f"~{byte:02x}" for byte in _bytes(value))
    if len(coded) <= LONGEST_CODE:
        return coded
    return f"~~{hashlib.blake2b(_bytes(value), digest_size=16).hexdigest()}"


def value_of(code: str) -> str | None:
    """The value that was coded; None if it was too long to be kept."""
    if code.startswith("~~"):
        return None
    said, *escaped = code.split("~")
    parts = [said.encode("ascii")]
    parts += [bytes.fromhex(part[:2]) + part[2:].encode("ascii") for part in escaped]
    return b"".join(parts).decode("utf-8", "surrogatepass")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _whole(text: str) -> str:
    """The text without halves of letters, which no JSON can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _tie(key: str) -> int:
    """A number that orders equals alike in every index and favours nobody."""
    digest = hashlib.blake2b(_bytes(key), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> (64 - TIE_BITS)


@cache
def _synonyms() -> dict[str, list[str]]:
    """Who stands for whom, in whole words and in stems, for either may be asked."""
    found: dict[str, dict[str, None]] = {}
    for phrase, others in synonyms().mapping().items():
        for read in (lambda text: text, lambda text: " ".join(stemmed(text.split()))):
            kept = found.setdefault(read(phrase), {})
            kept.update((read(other), None) for other in others)
    return {phrase: [other for other in others if other != phrase] for phrase, others in found.items()}
