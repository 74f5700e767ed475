"""What an entry's hash is made of. An outsider can do the same: see docs/ledger.md."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from marketplace.ledger.models import LedgerEntry

BEGINNING = "0" * 64  # what the first entry follows
COLUMNS = tuple(column.name for column in LedgerEntry.__table__.columns if column.name != "hash")

_as_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(row: Mapping[str, Any]) -> str:
    """Every column but the hash as one line of JSON: names in order, no spaces, instants in UTC to the µs."""
    return _as_json({name: row[name] for name in COLUMNS} | {"at": instant(row["at"])})


def hash_of(row: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical line in UTF-8, as 64 hexadecimal digits."""
    return sha256(canonical(row).encode()).hexdigest()


def instant(at: datetime) -> str:
    """“2026-11-23T12:00:00.000000Z”."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
