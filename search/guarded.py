"""Keeps an engine that is slow, hung or gone from keeping people waiting."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

from search.engine import Health, SearchEngine, SearchUnavailable
from search.schema import Document, Hit, Query, Results, Sketch, Suggestion

THREADS = 8  # searches under way at once, the hung ones among them

RESTING = "Search is resting after failures, and will be tried again shortly"
TOO_SLOW = "Search did not answer in time"

Answer = TypeVar("Answer")


class Overdue(Exception):
    """Nobody answered in the time given."""


class Breaker:
    """Says whether to ask at all. After failures in a row it rests, then lets one call through to see."""

    def __init__(self, *, failures: int, rest_seconds: float, clock: Callable[[], float]) -> None:
        self._most, self._rest_seconds, self._clock = failures, rest_seconds, clock
        self._changing = threading.Lock()
        self._failures = 0
        self._rests_until: float | None = None

    @property
    def resting(self) -> bool:
        """Whether a call would be refused now."""
        until = self._rests_until
        return until is not None and self._clock() < until

    def enter(self) -> None:
        """Raises SearchUnavailable while resting. Whoever enters says in the end how it went."""
        with self._changing:
            if self.resting:
                raise SearchUnavailable(RESTING)
            if self._rests_until is not None:
                self._rests_until = self._clock() + self._rest_seconds  # for everybody but this one

    def succeeded(self) -> None:
        """Forget what was: the engine works."""
        with self._changing:
            self._failures, self._rests_until = 0, None

    def failed(self) -> None:
        """Rest, if that makes too many in a row."""
        with self._changing:
            self._failures += 1
            if self._failures >= self._most:
                self._rests_until = self._clock() + self._rest_seconds


class Crew:
    """A few threads that make calls for others, who need not wait for the end.

    They are daemons, so that a hung call holds up nobody who wants to stop the program.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._changing = threading.Lock()
        self._started = 0
        self._overdue: set[Future[Any]] = set()
        self._free = threading.Semaphore(size)
        self._waiting: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()

    def call(self, make: Callable[[], Answer], *, seconds: float) -> Answer:
        """What `make` answers or raises. Raises Overdue if that takes too long, or everybody hangs."""
        until = time.monotonic() + seconds
        hung = len(self._overdue) >= self._size
        if not self._free.acquire(timeout=0 if hung else seconds):
            raise Overdue
        future: Future[Answer] = Future()
        self._waiting.put((future, make))
        self._start()
        try:
            return future.result(timeout=max(0.0, until - time.monotonic()))
        except TimeoutError:
            with self._changing:
                if not future.done():
                    self._overdue.add(future)
            raise Overdue from None

    def _start(self) -> None:
        with self._changing:
            if self._started < self._size:
                self._started += 1
                threading.Thread(target=self._work, name=f"search-{self._started}", daemon=True).start()

    def _work(self) -> None:
        while True:
            future, make = self._waiting.get()
            try:
                answer = make()
            except BaseException as problem:  # noqa: BLE001  # whoever asked gets it, whatever it is
                self._done(future, problem=problem)
            else:
                self._done(future, answer=answer)

    def _done(self, future: Future[Any], answer: Any = None, problem: BaseException | None = None) -> None:
        with self._changing:
            if problem is None:
                future.set_result(answer)
            else:
                future.set_exception(problem)
            self._overdue.discard(future)
        self._free.release()


class GuardedEngine:
    """Keeps the SearchEngine promise of the engine inside, and answers in time whatever that one does.

    Nobody waits longer than `patience_seconds` for a search. After `failures` in a row nobody waits at all
    for `rest_seconds`; then one search finds out whether it works again. Changes are not hurried: they
    come from the outbox, which tries again.
    """

    def __init__(
        self,
        engine: SearchEngine,
        *,
        patience_seconds: float = 0.2,
        failures: int = 3,
        rest_seconds: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._patience_seconds = patience_seconds
        self._breaker = Breaker(failures=failures, rest_seconds=rest_seconds, clock=clock)
        self._crew = Crew(THREADS)

    def upsert(self, documents: Iterable[Document]) -> None:
        self._engine.upsert(documents)
        self._breaker.succeeded()

    def delete(self, keys: Iterable[str]) -> None:
        self._engine.delete(keys)
        self._breaker.succeeded()

    def rebuild(self, documents: Iterable[Document]) -> None:
        self._engine.rebuild(documents)
        self._breaker.succeeded()

    def search(self, query: Query) -> Results:
        """As promised, or SearchUnavailable in time."""
        return self._in_time(lambda: self._engine.search(query))

    def suggest(self, query: Query) -> tuple[Suggestion, ...]:
        """As promised, or SearchUnavailable in time."""
        return self._in_time(lambda: self._engine.suggest(query))

    def alike(self, sketch: Sketch) -> tuple[Hit, ...]:
        """As promised, or SearchUnavailable in time."""
        return self._in_time(lambda: self._engine.alike(sketch))

    def marks(self) -> Iterator[tuple[str, str]]:
        return self._engine.marks()

    def health(self) -> Health:
        """Look, unless resting, and never raise."""
        if self._breaker.resting:
            return Health(ready=False, problem=RESTING)
        try:
            return self._crew.call(self._engine.health, seconds=self._patience_seconds)
        except Overdue:
            return Health(ready=False, problem=TOO_SLOW)

    def _in_time(self, ask: Callable[[], Answer]) -> Answer:
        self._breaker.enter()
        try:
            answer = self._crew.call(ask, seconds=self._patience_seconds)
        except Overdue:
            self._breaker.failed()
            raise SearchUnavailable(TOO_SLOW) from None
        except SearchUnavailable:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return answer
