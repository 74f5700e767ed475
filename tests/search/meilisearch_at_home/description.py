"""Meilisearch's own description of its interface, and whether a request or an answer keeps to it."""

import json
import re
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jsonschema import Draft202012Validator

SPECIFICATION = Path(__file__).resolve().parents[4] / "shared" / "specs" / "meilisearch-openapi.json"
CHOICES = {"matchingStrategy", "source", "status", "type", "code", "actions"}


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked, such as POST /indexes/{index_uid}/search."""

    name: str
    pattern: re.Pattern[str]
    said: dict[str, Any] = field(repr=False)

    @property
    def actions(self) -> list[str] | None:
        """What a key must be allowed, any of these; None when no key is needed."""
        security = self.said.get("security")
        return security[0]["Bearer"] if security else None


class Description:
    """The operations there are, with their bodies, parameters and answers."""

    def __init__(self, path: Path = SPECIFICATION) -> None:
        said = json.loads(path.read_text("utf-8"))
        self._answered = said["components"]
        self._asked = _closed(said["components"])
        # The description draws this as the server holds it; what travels is the list alone.
        self._asked["schemas"]["AttributePatterns"] = {"type": "array", "items": {"type": "string"}}
        self._operations = [
            Operation(f"{method.upper()} {template}", _pattern(method, template), operation)
            for template, methods in said["paths"].items()
            for method, operation in methods.items()
            if isinstance(operation, dict)
        ]
        self._in_order: set[tuple[int, Any]] = set()
        self._find = lru_cache(maxsize=1000)(self._find_in_all)
        self._bodies = cache(self._bodies_of)
        self._answers = cache(self._answers_of)

    def find(self, method: str, target: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation of this request and the parts of its path; a fixed path before one with parts."""
        return self._find(f"{method} {urlsplit(target).path}")

    def _find_in_all(self, path: str) -> tuple[Operation, dict[str, str]] | None:
        found = [(each, match) for each in self._operations if (match := each.pattern.fullmatch(path))]
        if not found:
            return None
        operation, match = min(found, key=lambda one: len(one[1].groupdict()))
        return operation, match.groupdict()

    def faults(
        self, operation: Operation, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[list[str], Any]:
        """What in the request is not as described, and the body read."""
        faults = self._query_faults(operation, target)
        if "requestBody" not in operation.said:
            body = body.removeprefix(b"null")  # the client's DELETE says nothing in this way
            return faults + ([f"a body nobody reads: {body[:80]!r}"] if body else []), None
        if headers.get("content-type", "").partition(";")[0] != "application/json":
            faults.append(f"the content type is {headers.get('content-type')!r}")
        try:
            said = json.loads(body.decode("utf-8"), parse_constant=_refuse)
            json.dumps(said, ensure_ascii=False).encode("utf-8")  # no halves of letters either
        except ValueError as problem:
            return [*faults, f"the body is not JSON: {problem}"], None
        return faults + self._errors(self._bodies(operation.name), said), said

    def answer_faults(self, operation: Operation, status: int, said: Any) -> list[str]:
        """What in our own answer is not as described."""
        if str(status) not in operation.said["responses"]:
            return []  # a refusal that the description leaves out
        name = "SearchResults" if operation.name == "POST /multi-search" and status == 200 else ""
        return self._errors(self._answers(operation.name, status, name), said)

    def _errors(self, validator: Draft202012Validator, said: Any) -> list[str]:
        """What is wrong; a shape once found in order is not looked at again."""
        shape = (id(validator), _shape(said))
        if shape in self._in_order:
            return []
        found = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(said)]
        if not found:
            self._in_order.add(shape)
        return found

    def _query_faults(self, operation: Operation, target: str) -> list[str]:
        known = {each["name"] for each in operation.said.get("parameters") or () if each["in"] == "query"}
        given = dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))
        return [f"an unknown parameter: {name}" for name in given.keys() - known]

    def _bodies_of(self, name: str) -> Draft202012Validator:
        operation = next(each for each in self._operations if each.name == name)
        schema = operation.said["requestBody"]["content"]["application/json"]["schema"]
        return Draft202012Validator({**_close(deepcopy(schema)), "components": self._asked})

    def _answers_of(self, operation_name: str, status: int, name: str) -> Draft202012Validator:
        operation = next(each for each in self._operations if each.name == operation_name)
        schema = operation.said["responses"][str(status)]["content"]["application/json"]["schema"]
        if name:
            schema = {"$ref": f"#/components/schemas/{name}"}
        return Draft202012Validator({**schema, "components": self._answered})


def _pattern(method: str, template: str) -> re.Pattern[str]:
    return re.compile(f"{method.upper()} " + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))


def _closed(components: dict[str, Any]) -> dict[str, Any]:
    return {
        **components,
        "schemas": {name: _close(deepcopy(each)) for name, each in components["schemas"].items()},
    }


def _close(schema: Any) -> Any:
    """The server refuses what it does not know; the description says so only in places."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and "allOf" not in schema:
            schema.setdefault("additionalProperties", False)
        for part in schema.values():
            _close(part)
    elif isinstance(schema, list):
        for part in schema:
            _close(part)
    return schema


def _shape(said: Any, name: str = "") -> Any:
    """Everything a validator looks at: names, kinds, signs, and words where only some are allowed."""
    if isinstance(said, dict):
        return tuple((key, _shape(value, key)) for key, value in said.items())
    if isinstance(said, list):
        return frozenset(_shape(each, name) for each in said)
    if isinstance(said, str):
        return said if name in CHOICES else str
    return (type(said), said < 0) if isinstance(said, int | float) else None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
