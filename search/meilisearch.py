"""The search engine for an installation that has outgrown one machine: Meilisearch, through its client."""

import logging
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, timedelta
from itertools import islice
from typing import Any, TypeVar

from meilisearch.errors import MeilisearchApiError
from meilisearch.index import Index
from meilisearch.models.task import TaskInfo

from search.engine import Health, SearchUnavailable
from search.meilisearch_alike import Probes
from search.meilisearch_layout import PRIMARY_KEY, code, entry, key_of, settings
from search.meilisearch_query import (
    Answer,
    Asked,
    Asking,
    Inquiry,
    questions,
    restriction,
    suggestion_question,
    suggestions,
)
from search.meilisearch_server import MeilisearchServer, Now, plainly
from search.schema import Document, Hit, Query, Results, Sketch, Suggestion

BATCH = 1000  # documents sent at once
TASKS_UNDER_WAY = 20  # batches sent before the first is waited for
LEFT_BEHIND = timedelta(days=1)  # the age at which an unfinished index belongs to a rebuild that died
NOT_FOUND = 404

Thing = TypeVar("Thing")

log = logging.getLogger(__name__)


class MeilisearchEngine:
    """Keeps the SearchEngine promise with a Meilisearch server.

    Threads may share one engine; each talks to the server over its own connection. What is written can be
    found when the call returns: every change is a task there, and is waited for and looked at. `now` tells
    the time, which tokens are good for. Vectors are kept and searched when `vector_size` says how long
    they are; those of another length are left out.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        now: Now,
        index: str = "placeful",
        vector_size: int | None = None,
        timeout_seconds: int = 1,
        write_seconds: int = 30,
        rebuild_seconds: int = 3600,
        pause_ms: int = 50,
    ) -> None:
        self._server = MeilisearchServer(
            url, key, index, now=now, search_seconds=timeout_seconds, write_seconds=write_seconds
        )
        self._index, self._now, self._vector_size = index, now, vector_size
        self._write_seconds, self._rebuild_seconds, self._pause_ms = write_seconds, rebuild_seconds, pause_ms

    def upsert(self, documents: Iterable[Document]) -> None:
        """Add or replace these, none before all have been read. Starts an empty index if there is none."""
        entries = list({one.key: self._entry(one) for one in documents}.values())
        with plainly():
            self._begin_if_missing()
            index = self._server.admin.index(self._index)
            tasks = [index.add_documents(batch, PRIMARY_KEY) for batch in _slices(entries, BATCH)]
            self._finish(tasks, self._write_seconds)

    def delete(self, keys: Iterable[str]) -> None:
        """Forget these keys; an unknown key is not an error. With no index there is nothing to forget."""
        unwanted = list(keys)
        with plainly():
            if not self._exists(self._index):
                return
            index = self._server.admin.index(self._index)
            coded = [[f'"{code(key)}"' for key in batch] for batch in _slices(unwanted, BATCH)]
            tasks = [index.delete_documents(filter=f"key_is IN [{', '.join(batch)}]") for batch in coded]
            self._finish(tasks, self._write_seconds)

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Build an index beside the old one, then swap. If `documents` raises, the old one stays."""
        beside = f"{self._index}_next_{uuid.uuid4().hex}"
        try:
            with plainly():
                self._begin(beside)
            self._fill(beside, documents)
            with plainly():
                self._begin_if_missing()
                swap = self._server.admin.swap_indexes([{"indexes": [self._index, beside]}])
                self._finish([swap], self._rebuild_seconds)
        finally:
            self._remove_leftovers(beside)

    def search(self, query: Query) -> Results:
        """One page of what the query finds. Raises SearchUnavailable, and nothing else."""
        asking, allowed = Asking.read(query), restriction(query)
        inquiry = Inquiry.about(asking, query, self._index)
        with plainly():
            text = inquiry.text(self._server.ask(allowed, inquiry.all))
        hybrid = query.vector is not None and len(query.vector) == self._vector_size
        asked = questions(query, text, self._index, hybrid=hybrid)
        with plainly():
            return asked.results(self._server.ask(allowed, asked.all))

    def suggest(self, query: Query) -> tuple[Suggestion, ...]:
        """Titles with every word typed, the last of them unfinished. Nothing typed, nothing suggested."""
        asking = Asking.read(query)
        if not asking.runs:
            return ()
        asked = suggestion_question(query, asking, self._index)
        with plainly():
            (answer,) = self._server.ask(restriction(query), [asked])
            return suggestions(answer)

    def alike(self, sketch: Sketch) -> tuple[Hit, ...]:
        """The documents most like a sketch: one request, or two where many say its words."""
        hybrid = sketch.vector is not None and len(sketch.vector) == self._vector_size
        probes, allowed = Probes.about(sketch, self._index, hybrid=hybrid), restriction(sketch)
        with plainly():
            answers = self._named(allowed, probes.first)
            return probes.hits(answers | self._named(allowed, probes.second(answers)))

    def marks(self) -> Iterator[tuple[str, str]]:
        """Every key held and the mark of its version."""
        offset, total = 0, 1
        while offset < total:
            with plainly():
                page = self._server.admin.index(self._index).get_documents(
                    {"fields": [PRIMARY_KEY, "mark"], "offset": offset, "limit": BATCH}
                )
                found = [(key_of(each.id), str(each.mark)) for each in page.results]
            yield from found
            offset, total = offset + BATCH, page.total

    def health(self) -> Health:
        """Look, and never raise."""
        try:
            with plainly():
                documents = self._server.looking.index(self._index).get_stats().number_of_documents
        except SearchUnavailable as problem:
            return Health(ready=False, problem=str(problem))
        return Health(ready=True, documents=documents)

    def _named(self, allowed: str, asked: Mapping[str, Asked]) -> dict[str, Answer]:
        """The answer to each question, by its name."""
        return dict(zip(asked, self._server.ask(allowed, list(asked.values())), strict=True))

    def _entry(self, document: Document) -> dict[str, Any]:
        return entry(document, self._vector_size)

    def _fill(self, index: str, documents: Iterable[Document]) -> None:
        """Send everything a batch at a time, never far ahead of what the server has taken in."""
        sent: list[TaskInfo] = []
        for batch in _slices((self._entry(document) for document in documents), BATCH):
            with plainly():
                sent.append(self._server.admin.index(index).add_documents(batch, PRIMARY_KEY))
                if len(sent) >= TASKS_UNDER_WAY:
                    self._finish([sent.pop(0)], self._rebuild_seconds)
        with plainly():
            self._finish(sent, self._rebuild_seconds)

    def _begin(self, index: str) -> None:
        """An empty index that knows its settings before its first document."""
        admin = self._server.admin
        made = admin.create_index(index, {"primaryKey": PRIMARY_KEY})
        self._finish(
            [made, admin.index(index).update_settings(settings(self._vector_size))], self._write_seconds
        )

    def _begin_if_missing(self) -> None:
        if not self._exists(self._index):
            self._begin(self._index)

    def _exists(self, index: str) -> bool:
        try:
            self._server.admin.get_raw_index(index)
        except MeilisearchApiError as problem:
            if problem.status_code != NOT_FOUND:
                raise
            return False
        return True

    def _finish(self, tasks: Sequence[TaskInfo], seconds: float) -> None:
        for task in tasks:
            self._server.finish(task, seconds=seconds, pause_ms=self._pause_ms)

    def _remove_leftovers(self, beside: str) -> None:
        """Remove the index of this rebuild, with what others left that died; the next rebuild tries again."""
        try:
            with plainly():
                found: list[Index] = self._server.admin.get_indexes({"limit": 1000})["results"]
                unwanted = [index for index in found if index.uid == beside or self._is_left_behind(index)]
                self._finish([index.delete() for index in unwanted], self._write_seconds)
        except SearchUnavailable:
            log.warning("An index that is no longer needed could not be removed", exc_info=True)

    def _is_left_behind(self, index: Index) -> bool:
        made = index.created_at
        now = self._now().astimezone(UTC).replace(tzinfo=None)  # the client's times have no zone, and are UTC
        return index.uid.startswith(f"{self._index}_next_") and made is not None and now - made > LEFT_BEHIND


def _slices(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    rest = iter(things)
    while part := list(islice(rest, size)):
        yield part
