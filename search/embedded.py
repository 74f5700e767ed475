"""The search engine that lives in this process: tantivy, on a directory of its own."""

import hashlib
import logging
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import tantivy

from search.embedded_query import find
from search.engine import Health, SearchUnavailable
from search.generations import Generations
from search.schema import FIELDS, Document, Query, Results, filter_values, words
from search.text import english, normalise

LAYOUT_VERSION = 1  # raise it when text or documents come to be read differently; a rebuild follows
BATCH_HEAP_BYTES = 20_000_000
REBUILD_HEAP_BYTES = 60_000_000
TRIES = 3  # a rebuild may retire the generation a reader is just opening

log = logging.getLogger(__name__)


def schema() -> tantivy.Schema:
    """tantivy's fields, made from the declared ones: words to search, values to filter, numbers to order."""
    builder = tantivy.SchemaBuilder()
    for field in FIELDS:
        if field.weight > 0:
            builder.add_text_field(f"{field.name}_words", tokenizer_name="english", index_option="freq")
        if field.filterable:
            stored = field.name == "key"  # the answer is made of keys
            builder.add_text_field(
                f"{field.name}_is", stored=stored, tokenizer_name="raw", index_option="basic"
            )
        if field.sortable:
            builder.add_integer_field(f"{field.name}_day", fast=True)
        if field.geo:
            builder.add_float_field(f"{field.name}_lat", fast=True)
            builder.add_float_field(f"{field.name}_lon", fast=True)
    builder.add_unsigned_field("tie", fast=True)
    return builder.build()


def layout() -> str:
    """A fingerprint of how documents are laid out, so an index of another shape is never read."""
    return hashlib.sha256(f"{LAYOUT_VERSION} {FIELDS!r}".encode()).hexdigest()[:8]


def entry(document: Document) -> tantivy.Document:
    """The document as tantivy keeps it."""
    made = tantivy.Document()
    for field in FIELDS:
        if field.weight > 0:
            made.add_text(f"{field.name}_words", normalise(words(document, field)))
        if field.filterable:
            for value in filter_values(document, field):
                made.add_text(f"{field.name}_is", value)
        if field.sortable and (day := getattr(document, field.name)) is not None:
            made.add_integer(f"{field.name}_day", day.toordinal())
        if field.geo and (point := getattr(document, field.name)) is not None:
            made.add_float(f"{field.name}_lat", float(point.lat))
            made.add_float(f"{field.name}_lon", float(point.lon))
    made.add_unsigned("tie", _tie(document.key))
    return made


def _tie(key: str) -> int:
    """A number that orders equals alike in every index and favours nobody: 64 bits of the key's hash."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")


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
        index.register_tokenizer("english", english())
        index.reload()
        return index


def _create(generation: Path) -> tantivy.Index:
    with _tantivy():
        index = tantivy.Index(schema(), str(generation))
        index.register_tokenizer("english", english())
        return index


@dataclass(frozen=True, slots=True)
class Reading:
    """A generation opened for reading, as it was at one commit."""

    generation: Path
    commit: tuple[int, int, int]
    index: tantivy.Index
    searcher: tantivy.Searcher


class EmbeddedEngine:
    """Keeps the SearchEngine promise on local disk. Any number of readers, one writer at a time.

    Threads may share one engine and processes may share one path. A writer waits up to `wait_seconds` for
    another to finish, then raises SearchUnavailable.
    """

    def __init__(self, path: Path | str, *, wait_seconds: float = 5.0) -> None:
        self._generations = Generations(Path(path), layout())
        self._wait_seconds = wait_seconds
        self._schema = schema()
        self._opening = threading.Lock()
        self._reading: Reading | None = None

    def upsert(self, documents: Iterable[Document]) -> None:
        """Add or replace these. Starts an empty index first if there is none, or only a broken one."""
        with self._writing():
            index, generation = self._index_to_change()
            with self._batch(index, generation, BATCH_HEAP_BYTES) as writer:
                _put(writer, documents)

    def delete(self, keys: Iterable[str]) -> None:
        """Forget these keys; an unknown key is not an error. With no index there is nothing to forget."""
        with self._writing():
            generation = self._generations.current()
            if generation is None:
                return
            with self._batch(_open(generation), generation, BATCH_HEAP_BYTES) as writer:
                for key in keys:
                    with _tantivy():
                        writer.delete_documents_by_term("key_is", key)

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Build a new generation beside the old one, then swap. If `documents` raises, the old one stays."""
        with self._writing():
            with _tantivy():
                generation = self._generations.begin()
            with self._batch(_create(generation), generation, REBUILD_HEAP_BYTES) as writer:
                _put(writer, documents)

    def search(self, query: Query) -> Results:
        """One page of what the query finds. Raises SearchUnavailable, and nothing else."""
        with _tantivy():
            return find(self._searcher(), self._schema, query)

    def health(self) -> Health:
        """Look, and never raise."""
        try:
            with _tantivy():
                return Health(ready=True, documents=self._searcher().num_docs)
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
    def _batch(self, index: tantivy.Index, generation: Path, heap: int) -> Iterator[tantivy.IndexWriter]:
        """A writer that commits once at the end, or leaves everything as it was.

        A generation that was not current is published after its commit, and removed if there was none.
        """
        new = generation != self._generations.current()
        committed = False
        with _tantivy():
            writer = index.writer(heap, 1)
        try:
            with _tantivy():
                # A commit killed half-way leaves files whose names the same batch, sent again, would want.
                writer.garbage_collect_files()
            yield writer
            with _tantivy():
                writer.commit()
                writer.wait_merging_threads()  # also closes the writer
                if new:
                    self._generations.publish(generation)
            committed = True
        finally:
            if not committed:
                _abandon(writer)
                if generation != self._generations.current():
                    shutil.rmtree(generation, ignore_errors=True)

    def _searcher(self) -> tantivy.Searcher:
        """A reader of the newest commit of the current generation."""
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
                    return self._reading.searcher
            raise SearchUnavailable("There is no index of this layout: rebuild it")


def _put(writer: tantivy.IndexWriter, documents: Iterable[Document]) -> None:
    for document in documents:
        with _tantivy():
            writer.delete_documents_by_term("key_is", document.key)
            writer.add_document(entry(document))


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
            index = before.index
            index.reload()
        else:
            index = _open(generation)
        return Reading(generation, commit, index, index.searcher())
