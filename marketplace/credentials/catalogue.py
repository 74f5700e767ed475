"""The list of credentials, read once from credentials.toml, and which of them stand for others."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Credential:
    """Something a buyer may ask for and an organisation may hold; `includes` are slugs of lesser ones."""

    slug: str
    name: str
    group: str
    says: str
    includes: tuple[str, ...] = ()


class Catalogue:
    """Every credential, in the order of the list."""

    def __init__(self, credentials: Iterable[Credential]) -> None:
        self._by_slug = {credential.slug: credential for credential in credentials}
        for credential in self:
            for slug in credential.includes:
                if slug not in self._by_slug:
                    raise ValueError(f"“{credential.slug}” includes “{slug}”, which is not in the list.")

    def __iter__(self) -> Iterator[Credential]:
        return iter(self._by_slug.values())

    def __len__(self) -> int:
        return len(self._by_slug)

    def __contains__(self, slug: object) -> bool:
        return slug in self._by_slug

    def name(self, slug: str) -> str:
        """The name people read; KeyError for a slug that isn't in the list."""
        return self._by_slug[slug].name

    def among(self, slugs: Iterable[str]) -> tuple[Credential, ...]:
        """Those of the list that are named, in its order; a slug that isn't in it is passed over."""
        wanted = frozenset(slugs)
        return tuple(credential for credential in self if credential.slug in wanted)

    def choices(self) -> dict[str, dict[str, str]]:
        """What a grouped field offers: under each group, the slugs and their names."""
        found: dict[str, dict[str, str]] = {}
        for credential in self:
            found.setdefault(credential.group, {})[credential.slug] = credential.name
        return found

    def covered_by(self, held: Iterable[str]) -> frozenset[str]:
        """What these stand for: themselves, and whatever they include."""
        found: set[str] = set()
        waiting = list(held)
        while waiting:
            slug = waiting.pop()
            if slug not in found:
                found.add(slug)
                waiting += self._by_slug[slug].includes if slug in self else ()
        return frozenset(found)

    def lacking(self, must_have: Iterable[str], held: Iterable[str]) -> tuple[Credential, ...]:
        """Those asked for that somebody holding these does not have, in the order of the list."""
        return self.among(frozenset(must_have) - self.covered_by(held))


@cache
def catalogue() -> Catalogue:
    """The one list of this installation, loaded the first time it is asked for."""
    text = files(__package__).joinpath("credentials.toml").read_text(encoding="utf-8")
    return read(tomllib.loads(text))


def read(entries: Mapping[str, Mapping[str, object]]) -> Catalogue:
    """A catalogue from entries keyed by slug, shaped as in credentials.toml."""
    return Catalogue(_credential(slug, entry) for slug, entry in entries.items())


def _credential(slug: str, entry: Mapping[str, object]) -> Credential:
    if unknown := set(entry) - {"name", "group", "says", "includes"}:
        raise ValueError(f"“{slug}” has words nobody reads: {', '.join(sorted(unknown))}.")
    includes = entry.get("includes", ())
    if not isinstance(includes, list | tuple):
        raise ValueError(f"“includes” of “{slug}” must be a list.")
    return Credential(
        slug=slug,
        name=str(entry["name"]),
        group=str(entry["group"]),
        says=str(entry["says"]),
        includes=tuple(str(each) for each in includes),
    )
