"""Who may do what: keys, and tokens signed with them that say what their bearer may find."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any


class Refusal(Exception):
    """The server answers so instead."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass(frozen=True)
class Rights:
    """The indexes a bearer may search, and the filters that hold in each."""

    indexes: tuple[str, ...]
    rules: dict[str, Any] | None = None

    def covers(self, index: str) -> bool:
        """Whether it may be searched at all."""
        ours = any(_fits(name, index) for name in self.indexes)
        return ours and (self.rules is None or any(_fits(name, index) for name in self.rules))

    def filters(self, index: str) -> list[Any]:
        """What every document found there must pass."""
        return [
            rule["filter"]
            for name, rule in (self.rules or {}).items()
            if rule and "filter" in rule and _fits(name, index)
        ]


def rights(bearer: str, actions: list[str] | None, keys: list[dict[str, Any]]) -> Rights:
    """What this Authorization header allows. Raises Refusal."""
    if actions is None:
        return Rights(("*",))
    scheme, _, secret = bearer.partition(" ")
    if scheme != "Bearer" or not secret:
        message = "The Authorization header is missing. It must use the bearer authorization method."
        raise Refusal(401, "missing_authorization_header", message)
    for key in keys:
        if hmac.compare_digest(key["key"], secret):
            if not set(actions) & {*key["actions"], *("*" for each in key["actions"] if each == "*")}:
                raise Refusal(403, "invalid_api_key", "The provided API key is invalid.")
            return Rights(tuple(key["indexes"]))
    if "search" in actions and secret.count(".") == 2:
        return _token(secret, keys)
    raise Refusal(403, "invalid_api_key", "The provided API key is invalid.")


def _token(token: str, keys: list[dict[str, Any]]) -> Rights:
    """The rules of a token that one of our searching keys signed and whose time has not passed."""
    refused = Refusal(403, "invalid_api_key", "The provided tenant token cannot be decoded or has expired.")
    head, payload, signature = token.split(".")
    try:
        said = json.loads(_decoded(payload))
        algorithm = json.loads(_decoded(head))["alg"]
        key = next(each for each in keys if each["uid"] == said["apiKeyUid"])
        expected = hmac.new(key["key"].encode(), f"{head}.{payload}".encode(), hashlib.sha256).digest()
        good = hmac.compare_digest(expected, _decoded(signature))
    except (ValueError, KeyError, StopIteration, binascii.Error):
        raise refused from None
    if algorithm != "HS256" or not good or "search" not in key["actions"]:
        raise refused
    if said["exp"] is not None and said["exp"] <= time.time():
        raise refused
    rules = said["searchRules"]
    return Rights(tuple(key["indexes"]), rules if isinstance(rules, dict) else dict.fromkeys(rules))


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _fits(name: str, index: str) -> bool:
    return name == index or (name.endswith("*") and index.startswith(name[:-1]))
