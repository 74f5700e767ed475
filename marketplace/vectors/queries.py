"""The encoder of this installation, and what it made of texts so far."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from flask import current_app

from marketplace.extensions import db
from marketplace.vectors.models import DocumentVector
from search.lazy_encoder import LazyEncoder

AT_ONCE = 5000  # keys asked for in one statement


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
    reader, wanted = encoder(), sorted(set(keys))
    if reader is None:
        return {}
    query = db.select(DocumentVector.key, DocumentVector.text_mark, DocumentVector.vector).where(
        DocumentVector.model == reader.name
    )
    slices = (wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE))
    return {
        key: Kept(mark, tuple(np.frombuffer(vector, "<f2").astype(float).tolist()))
        for some in slices
        for key, mark, vector in db.session.execute(query.where(DocumentVector.key.in_(some)))
    }
