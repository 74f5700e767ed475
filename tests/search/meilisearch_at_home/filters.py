"""Meilisearch's filter expressions: read as its own parser reads them, then asked of a document."""

import re
import unicodedata
from collections.abc import Callable, Collection
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Any

Test = Callable[[dict[str, Any]], bool]

EARTH_METRES = 6_371_000.0
BARE = re.compile(r"[\w\-./:+]+")
SYMBOLS = ("!=", ">=", "<=", "=", ">", "<", "(", ")", "[", "]", ",")
WORDS = {"AND", "OR", "NOT", "IN", "TO", "EXISTS", "IS", "NULL", "EMPTY", "CONTAINS", "STARTS", "WITH"}


class BadFilter(Exception):
    """The server answers 400 with these words."""


@lru_cache(maxsize=4096)
def compiled(text: str, filterable: frozenset[str]) -> Test:
    """The filter as a question to a document. Raises BadFilter."""
    reader = _Reader(_parts(text), filterable)
    test = reader.either()
    if not reader.at_end:
        raise BadFilter(f"Found unexpected characters at the end of the filter: {reader.rest}")
    return test


def folded(value: Any) -> Any:
    """Strings are compared without case, accents in one way of writing, and spaces around."""
    if isinstance(value, str):
        return unicodedata.normalize("NFKD", value.strip()).lower()
    return value


def metres(lat: float, lng: float, other: dict[str, float]) -> float:
    """From a point to another, along the ground."""
    lat_a, lat_b = radians(lat), radians(other["lat"])
    across = sin((lat_b - lat_a) / 2) ** 2
    along = cos(lat_a) * cos(lat_b) * sin(radians(other["lng"] - lng) / 2) ** 2
    return 2 * EARTH_METRES * asin(min(1.0, sqrt(across + along)))


def _parts(text: str) -> list[tuple[str, str]]:
    """(“word”, bare), (“quoted”, unescaped) and (“symbol”, itself)."""
    found, at = [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text[at] in "\"'":
            value, at = _quoted(text, at)
            found.append(("quoted", value))
        elif symbol := next((each for each in SYMBOLS if text.startswith(each, at)), None):
            found.append(("symbol", symbol))
            at += len(symbol)
        elif match := BARE.match(text, at):
            found.append(("word", match[0]))
            at = match.end()
        else:
            raise BadFilter(f"Was expecting a value, found {text[at:][:20]!r}")
    return found


def _quoted(text: str, at: int) -> tuple[str, int]:
    """A backslash shields whatever follows, yet only one before the quotation mark is taken away."""
    quote, start = text[at], at + 1
    at = start
    while at < len(text) and text[at] != quote:
        at += 2 if text[at] == "\\" else 1
    if at >= len(text):
        raise BadFilter("Expression is missing a closing quotation mark")
    return text[start:at].replace(f"\\{quote}", quote), at + 1


class _Reader:
    """Recursive descent over the parts, `OR` loosest."""

    def __init__(self, parts: list[tuple[str, str]], filterable: Collection[str]) -> None:
        self._parts, self._at, self._filterable = parts, 0, filterable

    @property
    def at_end(self) -> bool:
        return self._at == len(self._parts)

    @property
    def rest(self) -> str:
        return " ".join(value for _, value in self._parts[self._at :])

    def either(self) -> Test:
        tests = [self._both()]
        while self._took("word", "OR"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda document: any(test(document) for test in tests)

    def _both(self) -> Test:
        tests = [self._not()]
        while self._took("word", "AND"):
            tests.append(self._not())
        return tests[0] if len(tests) == 1 else lambda document: all(test(document) for test in tests)

    def _not(self) -> Test:
        if self._took("word", "NOT"):
            test = self._not()
            return lambda document: not test(document)
        if self._took("symbol", "("):
            test = self.either()
            self._must("symbol", ")")
            return test
        return self._condition()

    def _condition(self) -> Test:
        name = self._value()
        if name == "_geoRadius":
            return self._radius()
        if name not in self._filterable:
            raise BadFilter(f"Attribute `{name}` is not filterable.")
        if self._took("word", "NOT"):
            test = self._listed(name) if self._took("word", "IN") else self._exists(name)
            return lambda document: not test(document)
        if self._took("word", "IN"):
            return self._listed(name)
        if self._is("word", "EXISTS") or self._is("word", "IS"):
            return self._present(name)
        for operator in ("!=", ">=", "<=", "=", ">", "<"):
            if self._took("symbol", operator):
                return _compared(name, operator, self._value())
        low = self._value()
        self._must("word", "TO")
        high = self._value()
        return lambda document: any(
            _number(low) <= each <= _number(high) for each in _numbers(document, name)
        )

    def _present(self, name: str) -> Test:
        """There at all, or there and empty."""
        if not self._took("word", "IS"):
            return self._exists(name)
        self._must("word", "EMPTY")
        return lambda document: document.get(name) in ("", [], {})

    def _exists(self, name: str) -> Test:
        self._must("word", "EXISTS")
        return lambda document: name in document

    def _listed(self, name: str) -> Test:
        self._must("symbol", "[")
        allowed = set()
        while not self._took("symbol", "]"):
            allowed.add(folded(self._value()))
            if not self._took("symbol", ","):
                self._must("symbol", "]")
                break
        return lambda document: any(str(folded(each)) in allowed for each in _values(document, name))

    def _radius(self) -> Test:
        if "_geo" not in self._filterable:
            raise BadFilter("Attribute `_geo` is not filterable.")
        self._must("symbol", "(")
        numbers = [_number(self._value())]
        while self._took("symbol", ","):
            numbers.append(_number(self._value()))
        self._must("symbol", ")")
        if len(numbers) != 3 or not -90 <= numbers[0] <= 90 or not -180 <= numbers[1] <= 180:
            raise BadFilter(
                "The `_geoRadius` filter expects three arguments: `_geoRadius(lat, lng, radius)`."
            )
        lat, lng, reach = numbers
        return lambda document: "_geo" in document and metres(lat, lng, document["_geo"]) <= reach

    def _value(self) -> str:
        kind, value = self._parts[self._at] if not self.at_end else ("end", "")
        if kind not in ("word", "quoted") or (kind == "word" and value in WORDS):
            raise BadFilter(f"Was expecting a value but instead got {value!r}")
        self._at += 1
        return value

    def _is(self, kind: str, value: str) -> bool:
        return not self.at_end and self._parts[self._at] == (kind, value)

    def _took(self, kind: str, value: str) -> bool:
        found = self._is(kind, value)
        self._at += found
        return found

    def _must(self, kind: str, value: str) -> None:
        if not self._took(kind, value):
            raise BadFilter(f"Was expecting {value!r}, found {self.rest[:40]!r}")


def _compared(name: str, operator: str, value: str) -> Test:
    same = folded(value)
    if operator in ("=", "!="):
        found: Test = lambda document: any(str(folded(each)) == same for each in _values(document, name))  # noqa: E731  # one of two
        return found if operator == "=" else lambda document: not found(document)
    bound = _number(value)
    compare = {">": float.__gt__, ">=": float.__ge__, "<": float.__lt__, "<=": float.__le__}[operator]
    return lambda document: any(compare(each, bound) for each in _numbers(document, name))


def _values(document: dict[str, Any], name: str) -> list[Any]:
    value = document.get(name)
    return [] if value is None else value if isinstance(value, list) else [value]


def _numbers(document: dict[str, Any], name: str) -> list[float]:
    return [float(each) for each in _values(document, name) if isinstance(each, int | float)]


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise BadFilter(f"Was expecting a number, found {value!r}") from None
