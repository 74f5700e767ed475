"""Texts whose categories are known: our own words, notices, and public records with other people's codes."""

import csv
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any

from marketplace.categories.catalogue import Category, catalogue
from marketplace.errors import Refused
from search.classify_training import Labelled

OWN_WEIGHT = 6.0  # our own lines are few, and say most of what people type
NOTICE_WEIGHT = 3.0  # written as people write here
CODE_WEIGHT = 0.5  # names in a code list are many and dry
READ = 600  # characters of a record's long text

Row = Mapping[str, Any]
Codes = Callable[[str], frozenset[str]]


def own_words() -> list[Labelled]:
    """Each category's name and other words, and the lines of sayings.toml."""
    text = files("marketplace.categories").joinpath("sayings.toml").read_text(encoding="utf-8")
    sayings = tomllib.loads(text)
    if strange := set(sayings) - {each.slug for each in catalogue()}:
        raise ValueError(f"sayings.toml names no category of ours: {', '.join(sorted(strange))}")
    return [
        Labelled(line, frozenset({each.slug}), "own words", weight=OWN_WEIGHT, own=True)
        for each in catalogue()
        for line in (*_names(each), *sayings.get(each.slug, ()))
    ]


def records(path: Path) -> list[Labelled]:
    """The labelled texts of one file.

    JSON Lines hold awards, charities or anything with codes; CSV a code list; TOML the demo's notices.
    """
    readers = {".csv": _code_names, ".toml": _notices}
    try:
        found = list(readers.get(path.suffix.lower(), _json_lines)(path))
    except (OSError, ValueError) as problem:
        raise Refused(f"{path} cannot be read: {problem}") from None
    if not found:
        raise Refused(f"{path} has no text with a code that any of our categories knows.")
    return found


def _names(category: Category) -> tuple[str, ...]:
    return (category.name, *category.also, " ".join((category.name, *category.also)))


def _json_lines(path: Path) -> Iterator[Labelled]:
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                raise ValueError(f"line {number} is not JSON") from None
            if not isinstance(row, dict):
                raise ValueError(f"line {number} is not an object")
            slugs = _slugs(row)
            text = _text(row)
            if slugs and text:
                yield Labelled(text, slugs, path.name, record=True)


def _notices(path: Path) -> Iterator[Labelled]:
    for organisation in tomllib.loads(path.read_text("utf-8")).get("organisation", ()):
        for family in ("need", "offer", "capability", "opportunity"):
            for row in organisation.get(family, ()):
                text = " ".join(str(row.get(name) or "") for name in ("title", "summary", "body"))
                if slugs := _slugs(row):
                    yield Labelled(text, slugs, "notices", weight=NOTICE_WEIGHT, record=True)


def _slugs(row: Row) -> frozenset[str]:
    """Our categories for whatever codes a record has."""
    known = catalogue()
    readings: tuple[tuple[str, Codes], ...] = (
        ("cpv", known.for_cpv),
        ("sic", known.for_sic),
        ("ukcat", known.for_ukcat),
        ("icnptso", known.for_icnptso),
    )
    found = {slug for name, read in readings for code in _listed(row.get(name)) for slug in read(code)}
    return frozenset(found | {slug for slug in _listed(row.get("categories")) if slug in known})


def _text(row: Row) -> str:
    parts = [str(row.get(name) or "") for name in ("title", "activities")]
    parts += [str(row.get(name) or "")[:READ] for name in ("description", "objects")]
    return " ".join(" ".join(parts).split())


def _listed(value: Any) -> tuple[str, ...]:
    """One code or several; nothing for none."""
    several = value if isinstance(value, list) else [value]
    return tuple(str(each) for each in several if each)


@dataclass(frozen=True, slots=True)
class CodeList:
    """How one published code list is laid out."""

    code: str
    words: tuple[str, ...]
    read: Codes


def _code_names(path: Path) -> Iterator[Labelled]:
    """Each name in a code list, under our categories for its code."""
    known = catalogue()
    lists = (
        CodeList("CODE", ("EN",), known.for_cpv),
        CodeList("code", ("subclass_name", "class_name"), known.for_sic),
        CodeList("Code", ("tag",), known.for_ukcat),
    )
    rows = csv.DictReader(StringIO(_decoded(path), newline=""))
    heading = set(rows.fieldnames or ())
    layout = next((each for each in lists if {each.code, *each.words} <= heading), None)
    if layout is None:
        raise ValueError("its columns are those of no code list we know (CPV, SIC 2007, UK-CAT)")
    for row in rows:
        words = " ".join(dict.fromkeys((row[name] or "").strip() for name in layout.words))
        if slugs := layout.read(row[layout.code] or ""):
            yield Labelled(words, slugs, path.name, weight=CODE_WEIGHT)


def _decoded(path: Path) -> str:
    """Statistical offices still publish in the alphabet of Windows."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")
