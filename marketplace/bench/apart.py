"""Work done in a process of its own, so that the memory it takes is its own too."""

import os
import platform
import resource
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

STATUS = Path("/proc/self/status")


def apart(work: Callable[..., dict[str, Any]], *given: Any) -> dict[str, Any]:
    """What the work says, with the MiB it took, files the system maps for it included."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(weighed, work, given).result()


def machine() -> Mapping[str, Any]:
    """Where the figures come from."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(pages / 2**30, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def weighed(work: Callable[..., dict[str, Any]], given: tuple[Any, ...]) -> dict[str, Any]:
    """What the work says, done here, and the memory of this process."""
    before = _peak()
    said = work(*given)
    return said | {"memory": {"peak_mib": _peak(), "at_start_mib": before, "own_at_end_mib": _own()}}


def _peak() -> float:
    """The most this process has held. `getrusage` on Linux starts from what its parent held."""
    kibibytes = _status("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(kibibytes / 1024, 1)


def _own() -> float | None:
    """What it holds now without mapped files, where the system tells."""
    kibibytes = _status("RssAnon")
    return round(kibibytes / 1024, 1) if kibibytes else None


def _status(name: str) -> int:
    if not STATUS.exists():
        return 0
    lines = (line.split() for line in STATUS.read_text().splitlines())
    return next((int(words[1]) for words in lines if words and words[0] == f"{name}:"), 0)


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    lines = about.read_text().splitlines() if about.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
