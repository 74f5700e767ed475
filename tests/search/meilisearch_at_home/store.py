"""The indexes and keys of the server, and the tasks that change them, one after the other, on a thread."""

import re
import threading
import uuid
from collections import deque
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.search.meilisearch_at_home.finding import BadRequest, Document, Snapshot

ID = re.compile(r"[A-Za-z0-9_-]{1,511}")
DEFAULTS: dict[str, Any] = {
    "searchableAttributes": [],
    "displayedAttributes": ["*"],
    "filterableAttributes": [],
    "sortableAttributes": [],
    "rankingRules": ["words", "typo", "proximity", "attribute", "sort", "exactness"],
    "typoTolerance": {"enabled": True, "minWordSizeForTypos": {"oneTypo": 5, "twoTypos": 9}},
    "synonyms": {},
    "pagination": {"maxTotalHits": 1000},
    "faceting": {"maxValuesPerFacet": 100},
    "embedders": {},
}


class TaskFailed(Exception):
    """A task ends with this code and these words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Task:
    """A change asked for, and how far it has come."""

    uid: int
    kind: str
    index: str | None
    change: Callable[[], None] = field(repr=False)
    status: str = "enqueued"
    enqueued_at: str = ""
    started_at: str | None = None
    finished_at: str | None = None
    error: dict[str, str] | None = None

    def summary(self) -> dict[str, Any]:
        """What the request that made it is answered."""
        return {
            "taskUid": self.uid,
            "indexUid": self.index,
            "status": "enqueued",
            "type": self.kind,
            "enqueuedAt": self.enqueued_at,
        }

    def view(self) -> dict[str, Any]:
        """What GET /tasks/{uid} answers."""
        said = {
            "uid": self.uid,
            "indexUid": self.index,
            "status": self.status,
            "type": self.kind,
            "canceledBy": None,
            "details": {},
            "error": self.error,
            "duration": "PT0.001S" if self.finished_at else None,
            "enqueuedAt": self.enqueued_at,
        }
        times = {"startedAt": self.started_at, "finishedAt": self.finished_at}
        return said | {name: at for name, at in times.items() if at}


@dataclass
class Index:
    """Its documents and settings; readers keep the snapshot they began with."""

    uid: str
    created_at: str
    primary_key: str | None = None
    now: Snapshot = field(default_factory=lambda: Snapshot({}, deepcopy(DEFAULTS)))

    def view(self) -> dict[str, Any]:
        """What GET /indexes/{uid} answers."""
        made = self.created_at
        return {"uid": self.uid, "createdAt": made, "updatedAt": made, "primaryKey": self.primary_key}


class Store:
    """Everything the server holds. Changes wait in line; nothing is done while the line is stopped."""

    def __init__(self) -> None:
        self.indexes: dict[str, Index] = {}
        self.tasks: list[Task] = []
        self.failing: dict[str, str] = {}  # kinds of task that fail, with the words
        self.order: list[str] = []  # kinds of the tasks that were done
        self._line: deque[Task] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def clear(self) -> None:
        """Forget all indexes, and that anything was to fail. Tasks keep their numbers."""
        self.indexes, self.failing, self.order = {}, {}, []

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def enqueue(self, kind: str, index: str | None, change: Callable[[], None]) -> dict[str, Any]:
        """Put a change in line."""
        with self._changed:
            task = Task(len(self.tasks), kind, index, change, enqueued_at=_now())
            self.tasks.append(task)
            self._line.append(task)
            self._changed.notify_all()
        return task.summary()

    def get(self, uid: str) -> Index:
        """The index. Raises KeyError."""
        return self.indexes[uid]

    def create(self, uid: str, primary_key: str | None) -> None:
        if uid in self.indexes:
            raise TaskFailed("index_already_exists", f"Index `{uid}` already exists.")
        self.indexes[uid] = Index(uid, _now(), primary_key)

    def drop(self, uid: str) -> None:
        if self.indexes.pop(uid, None) is None:
            raise TaskFailed("index_not_found", f"Index `{uid}` not found.")

    def swap(self, pairs: list[dict[str, Any]]) -> None:
        """Each pair changes names; both must exist."""
        for pair in pairs:
            one, other = pair["indexes"]
            if missing := {one, other} - self.indexes.keys():
                raise TaskFailed("index_not_found", f"Indexes {sorted(missing)} not found.")
            first, second = self.indexes[one], self.indexes[other]
            first.now, second.now = second.now, first.now

    def settle(self, uid: str, said: dict[str, Any]) -> None:
        """Change settings; null means as at the beginning."""
        index = self._existing_or_new(uid)
        settings = dict(index.now.settings)
        for name, value in said.items():
            settings[name] = deepcopy(DEFAULTS.get(name)) if value is None else value
        index.now = Snapshot(index.now.documents, settings)

    def add(self, uid: str, documents: list[Document], primary_key: str | None) -> None:
        """All of them or, if one is unusable, none."""
        index = self._existing_or_new(uid)
        index.primary_key = index.primary_key or primary_key
        embedders = index.now.settings.get("embedders") or {}
        held = dict(index.now.documents)
        for document in documents:
            key = document.get(index.primary_key or "id")
            if not isinstance(key, str) or not ID.fullmatch(key):
                raise TaskFailed("invalid_document_id", f"Document identifier `{key}` is invalid.")
            _check_place(document)
            _check_vectors(document, embedders)
            held[key] = document
        index.now = Snapshot(held, index.now.settings)

    def remove(self, uid: str, said: Any) -> None:
        """Forget the documents that the filter lets through."""
        index = self.indexes.get(uid)
        if index is None:
            raise TaskFailed("index_not_found", f"Index `{uid}` not found.")
        try:
            unwanted = index.now.test(said)
        except BadRequest as problem:
            raise TaskFailed("invalid_document_filter", str(problem)) from None
        left = {key: each for key, each in index.now.documents.items() if not unwanted(each)}
        index.now = Snapshot(left, index.now.settings)

    def _existing_or_new(self, uid: str) -> Index:
        return self.indexes.setdefault(uid, Index(uid, _now()))

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._line)
                if self._closed:
                    return
                task = self._line.popleft()
                task.status, task.started_at = "processing", _now()
            error = self._do(task)
            with self._changed:
                task.error, task.finished_at = error, _now()
                task.status = "failed" if error else "succeeded"
                self.order.append(task.kind)

    def _do(self, task: Task) -> dict[str, str] | None:
        if task.kind in self.failing:
            return refusal("internal", self.failing[task.kind])
        try:
            task.change()
        except TaskFailed as problem:
            return refusal(problem.code, str(problem))
        return None


def refusal(code: str, message: str) -> dict[str, str]:
    """An error in the server's shape."""
    kind = "auth" if "api_key" in code or "authorization" in code else "invalid_request"
    return {
        "message": message,
        "code": code,
        "type": "internal" if code == "internal" else kind,
        "link": f"https://docs.meilisearch.com/errors#{code}",
    }


def new_key(actions: list[str]) -> dict[str, Any]:
    """A key that may do these things, with every index."""
    return {
        "name": None,
        "description": None,
        "key": uuid.uuid4().hex * 2,
        "uid": str(uuid.uuid4()),
        "actions": actions,
        "indexes": ["*"],
        "expiresAt": None,
        "createdAt": _now(),
        "updatedAt": _now(),
    }


def _check_place(document: Document) -> None:
    place = document.get("_geo")
    if place is not None and (
        set(place) != {"lat", "lng"} or not -90 <= place["lat"] <= 90 or not -180 <= place["lng"] <= 180
    ):
        raise TaskFailed("invalid_document_geo_field", f"The `_geo` field of {document!r} is invalid.")


def _check_vectors(document: Document, embedders: dict[str, Any]) -> None:
    vectors = document.get("_vectors", {})
    for name, said in embedders.items():
        if name not in vectors:
            raise TaskFailed(
                "vector_embedding_error", f"`_vectors.{name}` must be given, null if there is none."
            )
        if vectors[name] is not None and len(vectors[name]) != said["dimensions"]:
            raise TaskFailed(
                "invalid_vector_dimensions", f"`_vectors.{name}`: expected {said['dimensions']}."
            )


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
