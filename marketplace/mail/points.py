"""Named points on a letter's way out, at which a trial may end the process; otherwise nothing happens there.

`DIES_AT=the call 3` ends it, as pulling the plug would, the third time that point is passed. With
`POINTS_IN=FILE` each point that is passed is noted there, with the thread and the instant.
"""

import os
import signal
import threading
from collections import Counter
from pathlib import Path

from marketplace import clock

NAMES = (
    "before the claim",
    "claimed",
    "the claim is safe",
    "rendered",
    "checked",
    "drops are safe",
    "the call",
    "between two requests",
    "answered",
    "before settling",
    "settled",
    "the settlement is safe",
    "the next is queued",
    "nothing is left",
)

_passed: Counter[str] = Counter()
_fatal: dict[str, int] = {}
_diary = os.environ.get("POINTS_IN", "")


def die_at(name: str, time: int = 1) -> None:
    """End the process at this point, the so-manieth time it is passed."""
    if name not in NAMES:
        raise LookupError(f"There is no point called {name}")
    _fatal[name] = time


def passed(name: str) -> None:
    """Say that this point is reached."""
    if _diary:
        with Path(_diary).open("a", encoding="utf-8") as diary:
            diary.write(f"{os.getpid()}.{threading.get_ident()}\t{clock.now().timestamp()}\t{name}\n")
    if name not in _fatal:
        return
    _passed[name] += 1
    if _passed[name] == _fatal[name]:
        os.kill(os.getpid(), signal.SIGKILL)


if _asked := os.environ.get("DIES_AT"):
    die_at(_asked.rpartition(" ")[0], int(_asked.rpartition(" ")[2]))
