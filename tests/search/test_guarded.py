"""A guarded engine: nobody waits for it long, it rests when it fails, and it comes back by itself."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from search.engine import Health, SearchUnavailable
from search.guarded import THREADS, GuardedEngine
from search.schema import Query, Results, Sketch

ANYTHING = Query(place="durham")
ANYBODY = Sketch(place="durham", families=frozenset({"organisation"}))
NOTHING = Results(hits=(), total=0)


class Moody:
    """An engine that does as it is told: answers, refuses, breaks a rule or hangs."""

    def __init__(self) -> None:
        self.mood: Exception | None = None
        self.calls = 0
        self.hanging = False
        self.let_go = threading.Event()

    def search(self, query: Query) -> Results:
        self.calls += 1
        if self.hanging:
            self.let_go.wait(10)
        if self.mood is not None:
            raise self.mood
        return NOTHING

    def suggest(self, query: Query) -> tuple[()]:
        self.search(query)
        return ()

    def alike(self, sketch: Sketch) -> tuple[()]:
        self.search(ANYTHING)
        return ()

    def upsert(self, documents: object) -> None:
        if self.mood is not None:
            raise self.mood

    rebuild = delete = upsert

    def marks(self) -> Iterator[tuple[str, str]]:
        yield "need:1", "mark"

    def health(self) -> Health:
        self.search(ANYTHING)
        return Health(ready=True, documents=7)


@pytest.fixture
def moody() -> Iterator[Moody]:
    engine = Moody()
    yield engine
    engine.let_go.set()


class Clock:
    """Time that passes when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def guard(engine: Moody, clock: Callable[[], float] = time.monotonic, patience: float = 5.0) -> GuardedEngine:
    return GuardedEngine(engine, patience_seconds=patience, failures=3, rest_seconds=5, clock=clock)


def failures(engine: GuardedEngine, count: int) -> list[str]:
    """The words of so many refusals in a row."""
    said = []
    for _ in range(count):
        with pytest.raises(SearchUnavailable) as caught:
            engine.search(ANYTHING)
        said.append(str(caught.value))
    return said


def test_what_the_engine_answers_is_answered(moody):
    engine = guard(moody)

    assert engine.search(ANYTHING) is NOTHING
    assert engine.suggest(ANYTHING) == engine.alike(ANYBODY) == ()
    assert list(engine.marks()) == [("need:1", "mark")]
    assert engine.health() == Health(ready=True, documents=7)


def test_after_three_failures_in_a_row_the_engine_is_left_alone_for_a_while(moody):
    clock = Clock()
    engine = guard(moody, clock)
    moody.mood = SearchUnavailable("no disk")

    assert failures(engine, 3) == ["no disk"] * 3
    assert "resting" in failures(engine, 20)[-1]
    assert moody.calls == 3
    with pytest.raises(SearchUnavailable, match="resting"):
        engine.suggest(ANYTHING)
    with pytest.raises(SearchUnavailable, match="resting"):
        engine.alike(ANYBODY)
    assert not engine.health().ready
    assert "resting" in engine.health().problem
    assert moody.calls == 3


def test_failures_apart_do_not_add_up(moody):
    engine = guard(moody)
    for _ in range(5):
        moody.mood = SearchUnavailable("no disk")
        failures(engine, 2)
        moody.mood = None
        assert engine.search(ANYTHING) is NOTHING


def test_after_the_rest_one_search_finds_out_and_all_follow(moody):
    clock = Clock()
    engine = guard(moody, clock)
    moody.mood = SearchUnavailable("no disk")
    failures(engine, 3)

    clock.now += 5
    assert failures(engine, 1) == ["no disk"]
    assert "resting" in failures(engine, 1)[0]
    assert moody.calls == 4

    clock.now += 5
    moody.mood = None
    assert engine.health().ready, "health looks for itself once the rest is over"
    assert engine.search(ANYTHING) is NOTHING
    assert engine.search(ANYTHING) is NOTHING


def test_while_one_search_finds_out_nobody_else_waits_for_it(moody):
    clock = Clock()
    engine = guard(moody, clock)
    moody.mood = SearchUnavailable("no disk")
    failures(engine, 3)
    clock.now += 5
    moody.mood, moody.hanging = None, True
    probe = threading.Thread(target=engine.search, args=(ANYTHING,))
    probe.start()
    while moody.calls < 4:
        time.sleep(0.001)

    assert "resting" in failures(engine, 1)[0]
    moody.let_go.set()
    probe.join()
    assert engine.search(ANYTHING) is NOTHING


@pytest.mark.parametrize("change", ["upsert", "rebuild", "delete"])
def test_a_change_that_worked_ends_the_rest_and_one_that_did_not_is_told(moody, change):
    engine = guard(moody)
    moody.mood = SearchUnavailable("no disk")
    failures(engine, 3)

    with pytest.raises(SearchUnavailable, match="no disk"):
        getattr(engine, change)([])
    assert "resting" in failures(engine, 1)[0]

    moody.mood = None
    getattr(engine, change)([])
    assert engine.search(ANYTHING) is NOTHING


def test_a_mistake_of_ours_is_not_hidden_and_is_not_the_engine_s_failure(moody):
    engine = guard(moody)
    moody.mood = ValueError("no such filter")
    for _ in range(5):
        with pytest.raises(ValueError, match="no such filter"):
            engine.search(ANYTHING)
    moody.mood = None

    assert engine.search(ANYTHING) is NOTHING


def test_nobody_waits_for_an_engine_that_hangs_and_hung_searches_do_not_pile_up(moody):
    engine = GuardedEngine(moody, patience_seconds=0.05, failures=1000, rest_seconds=5)
    moody.hanging = True
    threads = threading.active_count()
    took = []
    for _ in range(THREADS + 10):
        start = time.perf_counter()
        failures(engine, 1)
        took.append(time.perf_counter() - start)

    assert max(took) < 1
    assert moody.calls == THREADS
    assert max(took[THREADS:]) < 0.05, "with everybody hung there is nobody to wait for"
    assert threading.active_count() <= threads + THREADS
    assert not engine.health().ready

    moody.hanging = False
    moody.let_go.set()
    until = time.perf_counter() + 5
    while not engine.health().ready and time.perf_counter() < until:
        time.sleep(0.01)
    assert engine.search(ANYTHING) is NOTHING


def test_many_may_search_at_once(moody):
    engine = guard(moody)
    found: list[Results] = []
    people = [
        threading.Thread(target=lambda: found.append(engine.search(ANYTHING))) for _ in range(3 * THREADS)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()

    assert found == [NOTHING] * 3 * THREADS
