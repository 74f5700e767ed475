"""Who can sign in to the demo: the few it introduces, and an owner for every other organisation."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from marketplace.demo import reading
from marketplace.demo.content import DemoOrganisation
from marketplace.demo.past import drawn
from marketplace.demo.reading import UnusableContent

PASSWORD = "durham-demo-2026"  # noqa: S105  # everyone's, shown on the demo's sign-in page


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """Somebody of the demo; `organisation` is the name people read, empty for whoever has none."""

    name: str
    email: str
    role: str = ""
    organisation: str = ""
    organisation_key: str = ""
    what_to_try: str = ""
    is_convener: bool = False


@cache
def demo_people() -> tuple[DemoPerson, ...]:
    """Those the sign-in page introduces, in its order."""
    names = {each.key: each.name for each in reading.organisations()}
    return tuple(_introduced(each, names) for each in _file()["person"])


def people_of(organisation: DemoOrganisation) -> Sequence[DemoPerson]:
    """Everybody in an organisation, its owner first; whoever nobody introduced is named by its key."""
    introduced = [each for each in demo_people() if each.organisation_key == organisation.key]
    return [
        *(introduced or [_owner(organisation)]),
        *(_at(organisation, name) for name in organisation.colleagues),
    ]


def _owner(organisation: DemoOrganisation) -> DemoPerson:
    first, last = (
        _drawn(_file()[names], organisation.key + names) for names in ("first_names", "last_names")
    )
    return _at(organisation, f"{first} {last}")


def _at(organisation: DemoOrganisation, name: str) -> DemoPerson:
    return DemoPerson(
        name=name,
        email=f"{name.split(maxsplit=1)[0].lower()}@{organisation.key}.example",
        organisation=organisation.name,
        organisation_key=organisation.key,
    )


def _drawn(names: Sequence[str], key: str) -> str:
    return names[drawn(key, len(names))]


def _introduced(raw: dict[str, Any], names: dict[str, str]) -> DemoPerson:
    key = raw.get("organisation", "")
    if key and key not in names:
        raise UnusableContent([f"people.toml, {raw['name']}: there is no organisation “{key}”"])
    return DemoPerson(
        name=raw["name"],
        email=raw["email"],
        role=raw["role"],
        organisation=names.get(key, ""),
        organisation_key=key,
        what_to_try=raw["what_to_try"],
        is_convener=raw.get("convener", False),
    )


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(files("marketplace.demo").joinpath("people.toml").read_text(encoding="utf-8"))
