"""The list of categories, read once from categories.toml, and what other people's codes mean in it."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

CODE_LISTS = ("cpv", "sic", "ukcat", "icnptso")


@dataclass(frozen=True, slots=True)
class Category:
    """One plain-English kind of thing; `parent` is empty for a top-level category.

    `also` are other words people use. The rest are codes of other lists, as written in categories.toml.
    """

    slug: str
    name: str
    parent: str
    also: tuple[str, ...]
    cpv: tuple[str, ...]
    sic: tuple[str, ...]
    ukcat: tuple[str, ...]
    icnptso: tuple[str, ...]


class Catalogue:
    """Every category, in the order of the list, and the way from a code to categories."""

    def __init__(self, categories: Iterable[Category]) -> None:
        self._by_slug = {category.slug: category for category in categories}
        for category in self._by_slug.values():
            if category.parent and category.parent not in self._by_slug:
                raise ValueError(f"“{category.slug}” has no parent “{category.parent}” in the list.")
        self.parents: tuple[Category, ...] = tuple(c for c in self if not c.parent)
        self._children = {p.slug: tuple(c for c in self if c.parent == p.slug) for p in self.parents}
        self._slugs_of: dict[str, dict[str, frozenset[str]]] = {
            kind: self._index(kind) for kind in CODE_LISTS
        }

    def __iter__(self) -> Iterator[Category]:
        return iter(self._by_slug.values())

    def __len__(self) -> int:
        return len(self._by_slug)

    def __contains__(self, slug: object) -> bool:
        return slug in self._by_slug

    def get(self, slug: str) -> Category | None:
        """The category of this slug, or None."""
        return self._by_slug.get(slug)

    def name(self, slug: str) -> str:
        """The name people read; KeyError for a slug that isn't in the list."""
        return self._by_slug[slug].name

    @property
    def names(self) -> dict[str, str]:
        """Every slug and its name."""
        return {category.slug: category.name for category in self}

    def children(self, slug: str) -> tuple[Category, ...]:
        """The categories inside a parent, in order; none for a child."""
        return self._children.get(slug, ())

    def with_descendants(self, slug: str) -> tuple[str, ...]:
        """The slug and those of its children; KeyError for a slug that isn't in the list."""
        return (self._by_slug[slug].slug, *(child.slug for child in self.children(slug)))

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """What a grouped select offers: under each parent's name, the parent itself and then its children."""
        return {
            parent.name: [
                (parent.slug, f"{parent.name} (any kind)"),
                *((child.slug, child.name) for child in self.children(parent.slug)),
            ]
            for parent in self.parents
        }

    def for_cpv(self, code: str) -> frozenset[str]:
        """Slugs for a CPV code such as "55520000-1", its check digit optional; empty when unknown."""
        return self._longest("cpv", _digits(code)[:8])

    def for_sic(self, code: str) -> frozenset[str]:
        """Slugs for a SIC 2007 code: "56210", "56.21/0" or the register's "56210 - Event catering"."""
        return self._longest("sic", _digits(code)[:5])

    def for_ukcat(self, code: str) -> frozenset[str]:
        """Slugs for a UK-CAT code; "RL201" falls back to its family "RL200" and then to its group "RL"."""
        return self._first("ukcat", (code, f"{code[:3]}00", code[:2]))

    def for_icnptso(self, code: str) -> frozenset[str]:
        """Slugs for an ICNP/TSO code; "A11" falls back to its group "A10" and then to its section "A"."""
        return self._first("icnptso", (code, f"{code[:2]}0", code[:1]))

    def _index(self, kind: str) -> dict[str, frozenset[str]]:
        slugs: dict[str, set[str]] = {}
        for category in self:
            for code in getattr(category, kind):
                slugs.setdefault(_digits(code) if kind in ("cpv", "sic") else code, set()).add(category.slug)
        return {code: frozenset(found) for code, found in slugs.items()}

    def _longest(self, kind: str, digits: str) -> frozenset[str]:
        return self._first(kind, (digits[:length] for length in range(len(digits), 1, -1)))

    def _first(self, kind: str, candidates: Iterable[str]) -> frozenset[str]:
        slugs_of = self._slugs_of[kind]
        return next((slugs_of[code] for code in candidates if code in slugs_of), frozenset())


@cache
def catalogue() -> Catalogue:
    """The one list of this installation, loaded the first time it is asked for."""
    text = files("marketplace.categories").joinpath("categories.toml").read_text(encoding="utf-8")
    return read(tomllib.loads(text))


def read(entries: Mapping[str, Mapping[str, object]]) -> Catalogue:
    """A catalogue from entries keyed by slug, shaped as in categories.toml."""
    return Catalogue(_category(slug, entry) for slug, entry in entries.items())


def _category(slug: str, entry: Mapping[str, object]) -> Category:
    if unknown := set(entry) - {"name", "also", *CODE_LISTS}:
        raise ValueError(f"“{slug}” has words nobody reads: {', '.join(sorted(unknown))}.")

    def listed(key: str) -> tuple[str, ...]:
        values = entry.get(key, ())
        if not isinstance(values, list | tuple):
            raise ValueError(f"“{key}” of “{slug}” must be a list.")
        return tuple(str(value) for value in values)

    return Category(
        slug=slug,
        name=str(entry["name"]),
        parent=slug.partition("/")[0] if "/" in slug else "",
        also=listed("also"),
        cpv=listed("cpv"),
        sic=listed("sic"),
        ukcat=listed("ukcat"),
        icnptso=listed("icnptso"),
    )


def _digits(code: str) -> str:
    """The digits a code begins with, so that words or a check digit after it don't count."""
    begins = re.match(r"[\d./]*", code.strip())
    return re.sub(r"\D", "", begins.group() if begins else "")
