"""Work shared among processes, each with an application of its own; the answers come in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

from flask import current_app

from marketplace import create_app
from marketplace.config import Settings
from marketplace.extensions import db

AHEAD = 2  # steps of each worker that are done or under way while one is taken

Step = TypeVar("Step")
Answer = TypeVar("Answer")
Work = Callable[[Step], Answer]

_WORK: list[Work[Any, Any]] = []  # of this process, if it is a worker


def shared(
    begin: Callable[..., Work[Step, Answer]], given: tuple[Any, ...], steps: Iterable[Step], workers: int
) -> Iterator[tuple[Step, Answer]]:
    """Each step with what came of it. `begin` is called with what is given, once in each process.

    With one worker all is done here. With more, what is given, the steps and the answers are sent between
    processes, and workers read the database as it is when they reach a step: they keep nothing open.
    """
    if workers == 1:
        work = begin(*given)
        for step in steps:
            yield step, work(step)
        return
    pool = ProcessPoolExecutor(
        workers,
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(current_app.config["SETTINGS"], begin, given),
    )
    try:
        waiting: deque[tuple[Step, Future[Answer]]] = deque()
        for step in steps:
            waiting.append((step, pool.submit(_do, step)))
            if len(waiting) > AHEAD * workers:
                first, answer = waiting.popleft()
                yield first, answer.result()
        for first, answer in waiting:
            yield first, answer.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(settings: Settings, begin: Callable[..., Work[Any, Any]], given: tuple[Any, ...]) -> None:
    create_app(settings).app_context().push()
    _WORK[:] = [begin(*given)]
    db.session.rollback()  # what was read to begin with; nothing stays open between steps


def _do(step: Any) -> Any:
    answer = _WORK[0](step)
    db.session.rollback()
    db.session.expunge_all()
    return answer
