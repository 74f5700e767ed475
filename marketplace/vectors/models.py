"""Vectors, kept so that each is made once."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db


class DocumentVector(db.Model):
    """What a model made of a listing's or an organisation's text; `text_mark` tells which text that was.

    `vector` holds numbers of two bytes. `key` is the one the search index uses, such as “need:12”.
    """

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    model: Mapped[str] = mapped_column(String(120), primary_key=True)
    text_mark: Mapped[str] = mapped_column(String(24))
    vector: Mapped[bytes] = mapped_column(LargeBinary)
