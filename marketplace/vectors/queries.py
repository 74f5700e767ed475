"""The encoder of this installation, and what it made of texts so far."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from flask import current_app
from sqlalchemy import select

from marketplace.fetching import fetched
from marketplace.vectors.models import DocumentVector
from search.lazy_encoder import LazyEncoder

_VECTOR = DocumentVector.__table__.c
_KEPT = select(_VECTOR.key, _VECTOR.text_mark, _VECTOR.vector)


@dataclass(frozen=True, slots=True)
class Kept:
    """A vector, and which text it was made of."""

    text_mark: str
    vector: tuple[float, ...]


def encoder() -> LazyEncoder | None:
    """The encoder of this installation; most have none."""
    found: LazyEncoder | None = current_app.extensions.get("encoder")
    return found


def kept(keys: Iterable[str]) -> dict[str, Kept]:
    """The vectors of these keys that this installation's encoder has made; none where there is no encoder."""
    reader = encoder()
    if reader is None:
        return {}
    rows = fetched(_KEPT.where(_VECTOR.model == reader.name), _VECTOR.key, set(keys))
    return {
        row.key: Kept(row.text_mark, tuple(np.frombuffer(row.vector, "<f2").astype(float).tolist()))
        for row in rows
    }
