"""The encoder of this installation, and what it made of texts so far."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from flask import current_app
from sqlalchemy import bindparam, select

from marketplace.fetching import Rows
from marketplace.vectors.models import DocumentVector
from search.lazy_encoder import LazyEncoder

_VECTOR = DocumentVector.__table__.c
_KEPT = Rows(
    select(_VECTOR.key, _VECTOR.text_mark, _VECTOR.vector).where(_VECTOR.model == bindparam("model")),
    _VECTOR.key,
)


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
    rows = _KEPT.of(set(keys), model=reader.name)
    return {
        row.key: Kept(row.text_mark, tuple(np.frombuffer(row.vector, "<f2").astype(float).tolist()))
        for row in rows
    }
