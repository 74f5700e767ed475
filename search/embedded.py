"""The search engine that lives in this process: tantivy, on a directory of its own."""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import tantivy

from search import embedded_answer as answer
from search.embedded_alike import alike
from search.embedded_distance import Spots
from search.embedded_layout import SURFACE, entry, layout, prepared, schema
from search.engine import Health, SearchUnavailable
from search.generations import Generations
from search.schema import Document, Hit, Query, Results, Sketch, Suggestion
from search.vectors import Vectors, VectorWriter
from search.vocabulary import Vocabulary

BATCH_HEAP_BYTES = 20_000_000
REBUILD_HEAP_BYTES = 300_000_000
REBUILD_THREADS = 2
FACET_THREADS = 2
TRIES = 3  # a rebuild may retire the generation a reader is just opening
QUICK_SECONDS = 0.02
VOCABULARY_SHARE = 0.02  # of our time may go into reading the words of a changed index anew

log = logging.getLogger(__name__)


@contextmanager
def _tantivy() -> Iterator[None]:
    """Turn whatever goes wrong in the library into SearchUnavailable, its panics on damaged files too."""
    try:
        yield
    except SearchUnavailable:
        raise
    except Exception as problem:
        raise SearchUnavailable(f"The index cannot be used: {problem}") from problem
    except BaseException as problem:
        if type(problem).__name__ != "PanicException":  # the class cannot be imported
            raise
        raise SearchUnavailable(f"The index is damaged: {problem}") from problem


def _open(generation: Path) -> tantivy.Index:
    """Open what is there. Raises SearchUnavailable if it is missing or cannot be read."""
    with _tantivy():
        index = tantivy.Index.open(str(generation))
        index.config_reader("manual", 0)  # we look for changes ourselves, without a watching thread
        prepared(index).reload()
        return index


def _create(generation: Path) -> tantivy.Index:
    with _tantivy():
        return prepared(tantivy.Index(schema(), str(generation)))


@dataclass(slots=True)
class Words:
    """The vocabulary of a generation, read anew when the index has changed, but not at every change.

    A new word is found at once all the same; only its misspellings and beginnings wait.
    """

    searcher: tantivy.Searcher | None = None
    vocabulary: Vocabulary = field(default_factory=lambda: Vocabulary([]))
    reading: threading.Lock = field(default_factory=threading.Lock)
    due: float = 0.0

    def of(self, searcher: tantivy.Searcher) -> Vocabulary:
        if (
            searcher is not self.searcher
            and time.monotonic() >= self.due
            and self.reading.acquire(blocking=not self.due)
        ):
            try:
                if searcher is not self.searcher:
                    began = time.monotonic()
                    self.vocabulary = Vocabulary(searcher.terms_with_prefix(SURFACE, ""))
                    self.searcher = searcher
                    ended = time.monotonic()
                    took = ended - began
                    self.due = ended + (took / VOCABULARY_SHARE if took > QUICK_SECONDS else 0.0)
            finally:
                self.reading.release()
        return self.vocabulary


@dataclass(slots=True)
class Reading:
    """A generation opened for reading, as it was at one commit."""

    generation: Path
    commit: tuple[int, int, int]
    index: tantivy.Index
    searcher: tantivy.Searcher
    words: Words
    vectors: Vectors
    known_spots: Spots | None = None

    def spots(self) -> Spots:
        """Every location in it, read when first asked for."""
        if self.known_spots is None:
            self.known_spots = Spots.of(self.searcher)
        return self.known_spots

    def as_index(self, of: tantivy.Schema, aside: Executor) -> answer.Index:
        words = partial(self.words.of, self.searcher)
        return answer.Index(of, self.searcher, words, self.spots, self.vectors, aside)


class EmbeddedEngine:
    """Keeps the SearchEngine promise on local disk. Any number of readers, one writer at a time.

    Threads may share one engine and processes may share one path. A writer waits up to `wait_seconds` for
    another to finish, then raises SearchUnavailable.
    """

    def __init__(self, path: Path | str, *, wait_seconds: float = 5.0) -> None:
        self._generations = Generations(Path(path), layout())
        self._wait_seconds = wait_seconds
        self._schema = schema()
        self._aside = ThreadPoolExecutor(FACET_THREADS, thread_name_prefix="facets")
        self._opening = threading.Lock()
        self._reading: Reading | None = None

    def upsert(self, documents: Iterable[Document]) -> None:
        """Add or replace these. Starts an empty index first if there is none, or only a broken one."""
        with self._writing():
            index, generation = self._index_to_change()
            with self._batch(index, generation, BATCH_HEAP_BYTES) as batch:
                for document in documents:
                    batch.replace(document)

    def delete(self, keys: Iterable[str]) -> None:
        """Forget these keys; an unknown key is not an error. With no index there is nothing to forget."""
        with self._writing():
            generation = self._generations.current()
            if generation is None:
                return
            with self._batch(_open(generation), generation, BATCH_HEAP_BYTES) as batch:
                for key in keys:
                    batch.delete(key)

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Build a new generation beside the old one, then swap. If `documents` raises, the old one stays."""
        with self._writing():
            with _tantivy():
                generation = self._generations.begin()
            with self._batch(_create(generation), generation, REBUILD_HEAP_BYTES, REBUILD_THREADS) as batch:
                batch.add_all(documents)

    def search(self, query: Query) -> Results:
        """One page of what the query finds. Raises SearchUnavailable, and nothing else."""
        with _tantivy():
            return answer.find(self._open_index(), query)

    def suggest(self, query: Query) -> tuple[Suggestion, ...]:
        """Titles that fit what is being typed. Raises SearchUnavailable, and nothing else."""
        with _tantivy():
            return answer.suggest(self._open_index(), query)

    def alike(self, sketch: Sketch) -> tuple[Hit, ...]:
        """The documents most like a sketch. Raises SearchUnavailable, and nothing else."""
        with _tantivy():
            return alike(self._open_index(), sketch)

    def marks(self) -> Iterator[tuple[str, str]]:
        """Every key and the mark of its version."""
        with _tantivy():
            yield from answer.marks(self._open_index())

    def health(self) -> Health:
        """Look, and never raise."""
        try:
            with _tantivy():
                return Health(ready=True, documents=self._open_index().searcher.num_docs)
        except SearchUnavailable as problem:
            return Health(ready=False, problem=str(problem))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Be the only writer, or raise SearchUnavailable."""
        with ExitStack() as held:
            with _tantivy():
                held.enter_context(self._generations.writing(self._wait_seconds))
            yield

    def _index_to_change(self) -> tuple[tantivy.Index, Path]:
        current = self._generations.current()
        if current is not None:
            try:
                return _open(current), current
            except SearchUnavailable:
                log.warning("The search index is damaged; starting an empty one. Rebuild it.", exc_info=True)
        with _tantivy():
            generation = self._generations.begin()
        return _create(generation), generation

    @contextmanager
    def _batch(
        self, index: tantivy.Index, generation: Path, heap: int, threads: int = 1
    ) -> Iterator["Batch"]:
        """A writer that commits once at the end, or leaves everything as it was.

        A generation that was not current is published after its commit, and removed if there was none.
        """
        new = generation != self._generations.current()
        committed = False
        with _tantivy():
            writer = index.writer(heap, threads)
        batch = Batch(writer, VectorWriter(generation))
        try:
            with _tantivy():
                # A commit killed half-way leaves files whose names the same batch, sent again, would want.
                writer.garbage_collect_files()
            yield batch
            with _tantivy():
                batch.vectors.finish()
                writer.commit()
                writer.wait_merging_threads()  # also closes the writer
                if new:
                    self._generations.publish(generation)
            committed = True
        finally:
            batch.vectors.close()
            if not committed:
                _abandon(writer)
                if generation != self._generations.current():
                    shutil.rmtree(generation, ignore_errors=True)

    def _open_index(self) -> answer.Index:
        """The newest commit of the current generation, to be asked."""
        with self._opening:
            for _ in range(TRIES):
                generation = self._generations.current()
                if generation is None:
                    break
                try:
                    self._reading = _read(generation, self._reading)
                except SearchUnavailable:
                    if generation == self._generations.current():
                        raise
                else:
                    return self._reading.as_index(self._schema, self._aside)
            raise SearchUnavailable("There is no index of this layout: rebuild it")


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes that are committed together."""

    writer: tantivy.IndexWriter
    vectors: VectorWriter

    def replace(self, document: Document) -> None:
        """Add it in place of any other with its key."""
        self.delete(document.key)
        self._add(document)

    def delete(self, key: str) -> None:
        with _tantivy():
            self.writer.delete_documents_by_term("key_is", key)

    def add_all(self, documents: Iterable[Document]) -> None:
        """Add to an empty index; only a key met before has anything to replace."""
        seen: set[str] = set()
        for document in documents:
            if document.key in seen:
                self.replace(document)
                continue
            seen.add(document.key)
            self._add(document)

    def _add(self, document: Document) -> None:
        with _tantivy():
            name = None if document.vector is None else self.vectors.add(document.place, document.vector)
            self.writer.add_document(entry(document, name))


def _abandon(writer: tantivy.IndexWriter) -> None:
    """Give up what was not committed; the writer may be past saying so."""
    for step in (writer.rollback, writer.wait_merging_threads):
        _try(step)


def _try(step: Callable[[], object]) -> None:
    try:
        with _tantivy():
            step()
    except SearchUnavailable:
        log.debug("An abandoned writer could not be closed in good order", exc_info=True)


def _read(generation: Path, before: Reading | None) -> Reading:
    """Open the generation, or look again at the one we have open if it has had a commit since."""
    with _tantivy():
        status = (generation / "meta.json").stat()  # taken first: a later commit will differ from it
        commit = (status.st_ino, status.st_mtime_ns, status.st_size)
        if before is not None and (before.generation, before.commit) == (generation, commit):
            return before
        if before is not None and before.generation == generation:
            index, words, vectors = before.index, before.words, before.vectors
            index.reload()
        else:
            index, words, vectors = _open(generation), Words(), Vectors(generation)
        return Reading(generation, commit, index, index.searcher(), words, vectors)
