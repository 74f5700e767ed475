"""How steady the machine was: shared ones take twice as long for the same from one second to the next.

Without it nobody can tell a slow second of the machine from a slow program.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

from marketplace.bench.figures import milliseconds

ADDITIONS = 40_000  # some 2 ms on a processor of 2024
EVERY = 1.0  # seconds


@contextmanager
def watched() -> Iterator[dict[str, float]]:
    """Fills in, at the end, the milliseconds of the processor that one fixed piece of work took meanwhile.

    It is done once a second in a process of its own. “quickest” stands beside the middle and the slow end.
    """
    found: dict[str, float] = {}
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_watch, args=(theirs,), daemon=True)
    process.start()
    theirs.close()  # so that we hear of it if the process dies
    ours.recv()  # it is up, and no longer takes a processor for that
    try:
        yield found
    finally:
        ours.send("enough")
        taken = ours.recv()
        process.join()
        found |= {"quickest": round(min(taken) * 1000, 3), **milliseconds(taken)}


def _watch(pipe: Connection) -> None:
    pipe.send("up")
    taken = [_work()]
    while not pipe.poll(EVERY):
        taken.append(_work())
    pipe.send(taken)


def _work() -> float:
    """Seconds of the processor."""
    began, total = time.thread_time(), 0
    for number in range(ADDITIONS):
        total += number * number
    return time.thread_time() - began
