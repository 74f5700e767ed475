"""What listings and organisations mean, as vectors: made by the worker and kept once."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from marketplace import outbox
from marketplace.extensions import db
from marketplace.vectors import queries
from marketplace.vectors.models import DocumentVector
from marketplace.vectors.queries import encoder
from search.encoder import to_encode
from search.schema import Document

MEANING = "search.meaning"  # the outbox rows that carry keys to the encoder
AT_ONCE = 100  # keys in one row: some seconds of work


def of_question(text: str) -> tuple[float, ...] | None:
    """What a question means; None where nobody can tell, or not just now."""
    reader = encoder()
    return reader.of_question(text) if reader else None


def with_vectors(documents: Sequence[Document]) -> list[Document]:
    """The documents, each with the vector that was made of its text as it now is, if one was."""
    held = queries.kept(each.key for each in documents)
    return [
        replace(each, vector=held[each.key].vector)
        if each.key in held and held[each.key].text_mark == _mark(each)
        else each
        for each in documents
    ]


def want(keys: Iterable[str]) -> None:
    """Have vectors made for these, where there is an encoder."""
    wanted = sorted(set(keys)) if encoder() else []
    for start in range(0, len(wanted), AT_ONCE):
        outbox.add(MEANING, keys=wanted[start : start + AT_ONCE])


def keep(documents: Sequence[Document]) -> None:
    """Make a vector of each and keep it. Raises EncoderUnavailable."""
    reader = encoder()
    if reader is None or not documents:
        return
    made = reader.encode([to_encode(each) for each in documents]).astype("<f2")
    for each, vector in zip(documents, made, strict=True):
        row = DocumentVector(key=each.key, model=reader.name, text_mark=_mark(each), vector=vector.tobytes())
        db.session.merge(row)


def _mark(document: Document) -> str:
    text = to_encode(document).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=12).hexdigest()
