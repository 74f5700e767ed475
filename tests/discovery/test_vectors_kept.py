"""Vectors: made by the worker of what is new, kept once, and asked for by the page."""

import threading
import time
from dataclasses import replace

import pytest
from flask import Flask

from marketplace import create_app, outbox
from marketplace.discovery import documents, meaning, services
from marketplace.discovery.asking import Asked, board_of, query
from marketplace.errors import NotSetUp
from marketplace.extensions import db
from marketplace.outbox.models import OutboxRow
from marketplace.places.models import Place
from marketplace.vectors.models import DocumentVector
from search import encoder
from search.lazy_encoder import LazyEncoder
from tests.databases import settings_for
from tests.factories import NOON, NeedFactory, OrganisationFactory
from tests.search.themes import ThemeEncoder

TRANSPORT = (0.0, 1.0, 0.0)


class Heard(ThemeEncoder):
    """Remembers what it was given to read."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, texts):
        self.texts += texts
        return super().encode(texts)


@pytest.fixture
def heard(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Heard:
    """An installation with an encoder and an empty index."""
    reader = Heard()
    monkeypatch.setitem(app.extensions, "encoder", LazyEncoder(reader.name, reader.size, lambda: reader))
    services.rebuild()
    db.session.commit()
    return reader


def changed(*rows) -> None:
    """Say that these changed, and let the worker do all that follows."""
    keys = [
        f"organisation:{row.id}" if not hasattr(row, "family") else f"{row.family}:{row.id}" for row in rows
    ]
    outbox.add(services.INDEX, keys=keys)
    db.session.commit()
    while outbox.drain():
        pass


def vector_in_index(app: Flask, key: str) -> bool:
    """Whether the index holds the very version of this document that the database has now, vector and all."""
    document = documents.of_keys([key])[key]
    assert document is not None
    held = dict(app.extensions["search"].marks())
    return document.vector is not None and held[key] == document.mark


def test_the_worker_makes_a_vector_once_for_a_text(app, heard):
    need = NeedFactory(title="A van on Saturdays", summary="", body="")
    changed(need)
    key = f"need:{need.id}"

    assert vector_in_index(app, key)
    assert documents.of_keys([key])[key].vector == TRANSPORT
    assert len(heard.texts) == 1
    need.ward_code = "E05000001"
    changed(need)
    assert len(heard.texts) == 1  # the same text
    need.title = "Lunch on Saturdays"
    changed(need)
    assert len(heard.texts) == 2
    assert documents.of_keys([key])[key].vector == (1.0, 0.0, 0.0)
    assert vector_in_index(app, key)
    assert db.session.scalar(db.select(db.func.count()).select_from(DocumentVector)) == 1


def test_a_rebuild_uses_what_is_kept_and_has_the_rest_made(app, heard):
    first, second = NeedFactory(title="A van"), OrganisationFactory(name="Village hall", about="")
    changed(first)
    need_key, organisation_key = f"need:{first.id}", f"organisation:{second.id}"
    services.rebuild()
    db.session.commit()
    while outbox.drain():
        pass

    assert vector_in_index(app, need_key)
    assert vector_in_index(app, organisation_key)
    assert len(heard.texts) == len(set(heard.texts))
    assert services.compare().keys == ()


def test_the_page_asks_with_the_meaning_of_its_words(app, heard):
    need = NeedFactory(title="A lorry on Saturdays")
    changed(need)
    board = board_of(db.session.get_one(Place, need.place_id), user=None, today=NOON.date())
    deadline = time.monotonic() + 5
    while meaning.of_question("van") is None and time.monotonic() < deadline:
        threading.Event().wait(0.005)

    asked = query(Asked(text="van"), board, limit=5)

    assert asked.vector == TRANSPORT
    assert [hit.key for hit in app.extensions["search"].search(asked).hits] == [f"need:{need.id}"]
    assert query(Asked(text="van"), board, limit=5, typing=True).vector is None


def test_without_an_encoder_nothing_is_queued_or_asked(app):
    services.rebuild()
    need = NeedFactory(title="A van")
    changed(need)

    assert outbox.payloads(meaning.MEANING) == []
    assert (
        query(
            Asked(text="van"),
            board_of(db.session.get_one(Place, need.place_id), user=None, today=NOON.date()),
            limit=5,
        ).vector
        is None
    )


def test_a_model_that_cannot_be_read_holds_up_nothing_but_vectors(app, monkeypatch):
    def load():
        raise encoder.EncoderUnavailable("It is torn")

    monkeypatch.setitem(app.extensions, "encoder", LazyEncoder("themes", 3, load))
    services.rebuild()
    need = NeedFactory(title="A van")
    changed(need)

    assert f"need:{need.id}" in dict(app.extensions["search"].marks())
    waiting = db.session.scalars(db.select(OutboxRow).filter_by(name=meaning.MEANING)).all()
    assert {(row.attempts, row.done_at, row.error) for row in waiting} == {(0, None, "It is torn")}


def test_a_model_that_is_not_there_is_said_before_anything_starts(monkeypatch, tmp_path):
    monkeypatch.setattr(encoder, "find_spec", lambda name: None)

    with pytest.raises(NotSetUp, match=r"SEMANTIC_MODEL cannot be used\. The extra is not installed"):
        create_app(replace(settings_for(tmp_path, ""), semantic_model="all-MiniLM-L6-v2"))
