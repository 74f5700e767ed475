"""Reading the demo's TOML files, with every mistake in them named at once."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from marketplace.demo import checks
from marketplace.demo.content import DemoOrganisation

Shape = TypeVar("Shape")

LEFT_OUT = object()  # a mistake was noted instead of a value


class UnusableContent(Exception):
    """Files that cannot be used; one line for each mistake, saying where it is."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


@cache
def organisations() -> tuple[DemoOrganisation, ...]:
    """Everyone in the demo, in the order of the files."""
    folder = files("marketplace.demo").joinpath("content")
    return read_organisations(sorted(folder.iterdir(), key=lambda file: file.name))


def read_organisations(sources: Sequence[Traversable]) -> tuple[DemoOrganisation, ...]:
    """The organisations of these TOML files; raises `UnusableContent` with all that is wrong."""
    mistakes: list[str] = []
    found: list[DemoOrganisation] = []
    for source in sources:
        if source.name.endswith(".toml"):
            found += read_list(source, "organisation", DemoOrganisation, mistakes)
    if not mistakes:
        mistakes += checks.mistakes(found)
    if mistakes:
        raise UnusableContent(mistakes)
    return tuple(found)


def read_list(source: Traversable, name: str, shape: type[Shape], mistakes: list[str]) -> list[Shape]:
    """The `[[name]]` tables of a file that have the shape; what is wrong is added to the mistakes."""
    try:
        raw = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # a TOML or UTF-8 error is a ValueError
        mistakes.append(f"{source.name}: {error}")
        return []
    mistakes += [f"{source.name}: nobody reads “{key}”" for key in raw if key != name]
    made = [shaped(shape, each, source.name, mistakes) for each in raw.get(name, ())]
    return [each for each in made if isinstance(each, shape)]


def shaped(shape: Any, raw: Any, where: str, mistakes: list[str]) -> Any:
    """A dataclass from a TOML table, or LEFT_OUT with the mistakes noted."""
    if not isinstance(raw, Mapping):
        return _wrong(mistakes, where, "must be a table")
    where = f"{where}, {raw.get('key') or raw.get('from') or raw.get('email') or shape.__name__}"
    known = {(each.metadata.get("called") or each.name): each for each in fields(shape)}
    before = len(mistakes)
    mistakes += [f"{where}: nobody reads “{key}”" for key in raw if key not in known]
    kinds = get_type_hints(shape)
    values = {}
    for name, each in known.items():
        if name in raw:
            values[each.name] = _value(kinds[each.name], raw[name], f"{where}: “{name}”", mistakes, each)
        elif each.default is MISSING:
            mistakes.append(f"{where}: “{name}” is missing")
    return LEFT_OUT if len(mistakes) > before else shape(**values)


def _value(kind: Any, raw: Any, where: str, mistakes: list[str], of: Field[Any] | None = None) -> Any:
    longest = of.metadata.get("longest") if of else 0
    if longest and isinstance(raw, str | list) and len(raw) > longest:
        return _wrong(mistakes, where, f"is longer than {longest}")
    if of and of.default is MISSING and raw in ("", []):
        return _wrong(mistakes, where, "is empty")
    if isinstance(kind, UnionType):
        kind = next(each for each in get_args(kind) if each is not type(None))
    if get_origin(kind) is tuple:
        if not isinstance(raw, list):
            return _wrong(mistakes, where, "must be a list")
        return tuple(_value(get_args(kind)[0], each, where, mistakes) for each in raw)
    if is_dataclass(kind):
        return shaped(kind, raw, where, mistakes)
    return _plain(kind, raw, where, mistakes)


def _plain(kind: type, raw: Any, where: str, mistakes: list[str]) -> Any:
    if issubclass(kind, StrEnum):
        if raw in set(kind):
            return kind(raw)
        return _wrong(mistakes, where, f"must be one of {', '.join(kind)}, not {raw!r}")
    right = isinstance(raw, int | float) if kind is float else isinstance(raw, kind)
    if not right or (isinstance(raw, bool) and kind is not bool):
        return _wrong(mistakes, where, f"must be {kind.__name__}, not {raw!r}")
    return raw


def _wrong(mistakes: list[str], where: str, what: str) -> Any:
    mistakes.append(f"{where} {what}")
    return LEFT_OUT
