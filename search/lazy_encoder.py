"""An encoder that is read when it is first wanted, and that nobody on a page has to wait for."""

import logging
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from search.encoder import AT_ONCE, Encoder, EncoderUnavailable, folder_of, load_encoder, name_of, size_of
from search.text import LONGEST_QUERY

KEPT = 256  # questions whose vectors are remembered
PATIENCE_SECONDS = 0.25  # for whoever encodes just now

log = logging.getLogger(__name__)


def lazy_encoder(model: str) -> "LazyEncoder":
    """A model by name or folder, not yet read. Raises EncoderUnavailable when it is not even there."""
    folder = folder_of(model)
    return LazyEncoder(name_of(model, folder), size_of(folder), lambda: load_encoder(model))


class LazyEncoder:
    """Keeps the Encoder promise of the one that `load` reads, once, whoever wants it first.

    `of_question` never waits for that: until the model is read, or if it cannot be, questions have no
    vector, and search goes by words. One text is encoded at a time, for these models bear no more.
    """

    def __init__(self, name: str, size: int, load: Callable[[], Encoder]) -> None:
        self.name, self.size, self._load = name, size, load
        self._encoder: Encoder | None = None
        self._problem: EncoderUnavailable | None = None
        self._starting, self._loading, self._using = threading.Lock(), threading.Lock(), threading.Lock()
        self._started = False
        self._remembered = lru_cache(maxsize=KEPT)(self._question)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row for each text. Waits for the model; raises EncoderUnavailable."""
        encoder, rows = self._wait(), [np.zeros((0, self.size), np.float32)]
        for start in range(0, len(texts), AT_ONCE):
            with self._using:
                rows.append(encoder.encode(texts[start : start + AT_ONCE]))
        return np.concatenate(rows)

    def of_question(self, text: str) -> tuple[float, ...] | None:
        """What a question means; None while there is nobody to tell."""
        said = " ".join(text[:LONGEST_QUERY].split())
        if not said:
            return None
        if self._encoder is None:
            self._start()
            return None
        try:
            return self._remembered(said)
        except TimeoutError:
            return None

    def _question(self, text: str) -> tuple[float, ...]:
        if not self._using.acquire(timeout=PATIENCE_SECONDS):
            raise TimeoutError
        try:
            return tuple(float(part) for part in self._wait().encode([text])[0])
        finally:
            self._using.release()

    def _start(self) -> None:
        """Read the model on a thread of its own, which keeps no program from ending."""
        with self._starting:
            if not self._started:
                self._started = True
                threading.Thread(target=self._try, name="encoder", daemon=True).start()

    def _try(self) -> None:
        try:
            self._wait()
        except EncoderUnavailable as problem:
            log.error("search goes by words alone: %s", problem)

    def _wait(self) -> Encoder:
        with self._loading:
            if self._problem is not None:
                raise self._problem
            if self._encoder is None:
                try:
                    self._encoder = self._load()
                except EncoderUnavailable as problem:
                    self._problem = problem
                    raise
            return self._encoder
