"""A Meilisearch server on this machine, answering over HTTP as the real one is described to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.search.meilisearch_at_home.description import Description, Operation
from tests.search.meilisearch_at_home.finding import BadRequest, find
from tests.search.meilisearch_at_home.store import Store, new_key, refusal
from tests.search.meilisearch_at_home.tokens import Refusal, Rights, rights

DOWN, HANG, GARBAGE, BROKEN, HALF = "down", "hang", "garbage", "500", "half"  # ways to be out of order

Answer = tuple[int, Any]


class MeilisearchAtHome:
    """The server: its address and key, what it was asked, and what in that was not as described."""

    def __init__(self, description: Description) -> None:
        self.address = ""
        self.store = Store()
        self.admin_key, self.search_key = new_key(["*"]), new_key(["search"])
        self.keys = [self.admin_key, self.search_key]
        self.fault: str | None = None
        self.faults: list[str] = []
        self.asked: list[str] = []  # the names of the operations
        self.searches: list[tuple[str, Any]] = []  # the bearer and the body of each
        self.awake = threading.Event()
        self._description = description
        self._doing: dict[str, Callable[..., Answer]] = {
            "GET /health": self._health,
            "GET /keys": self._keys,
            "GET /indexes": self._indexes,
            "POST /indexes": self._create,
            "GET /indexes/{index_uid}": self._index,
            "DELETE /indexes/{index_uid}": self._drop,
            "PATCH /indexes/{index_uid}/settings": self._settle,
            "POST /indexes/{index_uid}/documents": self._add,
            "POST /indexes/{index_uid}/documents/delete": self._remove,
            "POST /indexes/{index_uid}/documents/fetch": self._fetch,
            "GET /indexes/{index_uid}/stats": self._stats,
            "GET /tasks/{task_id}": self._task,
            "POST /swap-indexes": self._swap,
            "POST /multi-search": self._search,
        }

    def begin_again(self) -> None:
        """In good order, empty, and with nothing remembered."""
        self.store.clear()
        self.fault, self.faults, self.asked, self.searches = None, [], [], []
        self.keys = [self.admin_key, self.search_key]
        self.awake = threading.Event()

    @property
    def key(self) -> str:
        """What an installation puts in SEARCH_KEY."""
        return self.admin_key["key"]

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """Check the request and the answer against the description, and do what is asked."""
        found = self._description.find(method, target)
        if found is None:
            return self._wrong([f"nothing is described at {method} {target}"], "bad_request")
        operation, parts = found
        self.asked.append(operation.name)
        faults, said = self._description.faults(operation, target, headers, body)
        if faults:
            return self._wrong([f"{operation.name}: {fault}" for fault in faults], "bad_request")
        if operation.name not in self._doing:
            return self._wrong([f"{operation.name} is not done here"], "bad_request")
        status, answered = self._done(operation, parts, headers, said, target)
        wrong = self._description.answer_faults(operation, status, answered)
        self.faults += [f"our own answer to {operation.name}: {fault}" for fault in wrong]
        return status, answered

    def _done(
        self, operation: Operation, parts: dict[str, str], headers: dict[str, str], said: Any, target: str
    ) -> Answer:
        try:
            allowed = rights(headers.get("authorization", ""), operation.actions, self.keys)
        except Refusal as problem:
            return problem.status, refusal(problem.code, str(problem))
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        try:
            if operation.name == "POST /multi-search":
                return self._search(said, allowed, headers["authorization"])
            return self._doing[operation.name](
                *(unquote(part) for part in parts.values()), said=said, **query
            )
        except KeyError as problem:
            return 404, refusal("index_not_found", f"Index `{problem.args[0]}` not found.")
        except BadRequest as problem:
            return 400, refusal(problem.code, str(problem))

    def _wrong(self, faults: list[str], code: str) -> Answer:
        self.faults += faults
        return 400, refusal(code, faults[0])

    def _health(self, *, said: None) -> Answer:
        return 200, {"status": "available"}

    def _keys(self, *, said: None, limit: str = "20", offset: str = "0") -> Answer:
        return 200, _paged(self.keys, int(offset), int(limit))

    def _indexes(self, *, said: None, limit: str = "20", offset: str = "0") -> Answer:
        return 200, _paged([each.view() for each in self.store.indexes.values()], int(offset), int(limit))

    def _create(self, *, said: Any) -> Answer:
        uid, primary_key = said["uid"], said.get("primaryKey")
        return 202, self.store.enqueue("indexCreation", uid, lambda: self.store.create(uid, primary_key))

    def _index(self, uid: str, *, said: None) -> Answer:
        return 200, self.store.get(uid).view()

    def _drop(self, uid: str, *, said: None) -> Answer:
        return 202, self.store.enqueue("indexDeletion", uid, lambda: self.store.drop(uid))

    def _settle(self, uid: str, *, said: Any) -> Answer:
        return 202, self.store.enqueue("settingsUpdate", uid, lambda: self.store.settle(uid, said))

    def _add(self, uid: str, *, said: Any, **query: str) -> Answer:
        if not isinstance(said, list) or not all(isinstance(each, dict) for each in said):
            return self._wrong([f"documents that are not a list of objects: {said!r}"[:200]], "bad_request")
        primary_key = query.get("primaryKey")
        return 202, self.store.enqueue(
            "documentAdditionOrUpdate", uid, lambda: self.store.add(uid, said, primary_key)
        )

    def _remove(self, uid: str, *, said: Any) -> Answer:
        return 202, self.store.enqueue(
            "documentDeletion", uid, lambda: self.store.remove(uid, said["filter"])
        )

    def _fetch(self, uid: str, *, said: Any) -> Answer:
        fields = said.get("fields")
        documents = [
            {name: each[name] for name in (fields or each) if name in each}
            for each in self.store.get(uid).now.documents.values()
        ]
        return 200, _paged(documents, said.get("offset", 0), said.get("limit", 20))

    def _stats(self, uid: str, *, said: None) -> Answer:
        sizes = ("indexSize", "usedIndexSize", "rawDocumentDbSize", "avgDocumentSize")
        return 200, {
            "numberOfDocuments": len(self.store.get(uid).now.documents),
            **dict.fromkeys(sizes, 4096),
            "isIndexing": False,
            "fieldDistribution": {},
        }

    def _task(self, uid: str, *, said: None) -> Answer:
        if int(uid) >= len(self.store.tasks):
            return 404, refusal("task_not_found", f"Task `{uid}` not found.")
        return 200, self.store.tasks[int(uid)].view()

    def _swap(self, *, said: Any) -> Answer:
        return 202, self.store.enqueue("indexSwap", None, lambda: self.store.swap(said))

    def _search(self, said: Any, allowed: Rights, bearer: str) -> Answer:
        self.searches.append((bearer, said))
        results = []
        for query in said["queries"]:
            index = query["indexUid"]
            if not allowed.covers(index):
                return 403, refusal("invalid_api_key", "The provided API key is invalid.")
            found = find(self.store.get(index).now, query, allowed.filters(index))
            results.append({"indexUid": index, **found})
        return 200, {"results": results}


def _paged(things: list[Any], offset: int, limit: int) -> dict[str, Any]:
    return {
        "results": things[offset : offset + limit],
        "offset": offset,
        "limit": limit,
        "total": len(things),
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    home: MeilisearchAtHome

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        fault = self.home.fault
        if fault == HANG:
            self.home.awake.wait(10)
        if fault in (DOWN, HANG):
            self.close_connection = True
        elif fault == BROKEN:
            self._send(500, json.dumps(refusal("internal", "the words of 500")).encode())
        elif fault == GARBAGE:
            self._send(200, b"<html>It works!</html>")
        elif fault == HALF:
            self._send(200, b'{"results": [{"hits": [{"id": 7}]}]}')
        else:
            status, said = self.home.answer(self.command, self.path, headers, body)
            self._send(status, json.dumps(said).encode())

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Keep the tests' output quiet."""


class _Listening(ThreadingHTTPServer):
    request_queue_size = 64  # many threads may call at once


@contextmanager
def served(description: Description) -> Iterator[MeilisearchAtHome]:
    """A server on a free port, until the end of the block."""
    home = MeilisearchAtHome(description)
    server = _Listening(("127.0.0.1", 0), type("Handler", (_Handler,), {"home": home}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    home.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield home
    finally:
        home.awake.set()
        server.shutdown()
        server.server_close()
        thread.join()
        home.store.close()
