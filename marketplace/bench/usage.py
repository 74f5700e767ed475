"""What a process that was begun here and those it begins take: time of the processor, and memory."""

import os
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Used:
    """Of one process and its children, as they were when somebody looked; 0 where there is no `/proc`."""

    def __init__(self) -> None:
        self._root = 0
        self._processor: dict[int, float] = {}  # seconds, by process
        self._peak: dict[int, float] = {}  # MiB

    def of(self, pid: int) -> None:
        """Look at this one from now on."""
        self._root = pid

    def look(self) -> None:
        """Note what each has taken by now."""
        for pid in self._family(self._root):
            try:
                self._note(pid)
            except (OSError, ValueError, IndexError):  # it ended just now
                continue

    @property
    def processor(self) -> float:
        """Seconds of all of them together, until the last look."""
        return round(sum(self._processor.values()), 1)

    @property
    def peak_mib(self) -> float:
        """The most that the largest of them held."""
        return round(max(self._peak.values(), default=0.0), 1)

    def _note(self, pid: int) -> None:
        after_name = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        self._processor[pid] = (int(after_name[11]) + int(after_name[12])) / TICKS
        for line in (PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                self._peak[pid] = int(line.split()[1]) / 1024

    def _family(self, pid: int) -> list[int]:
        found = [pid]
        for children in PROC.glob(f"{pid}/task/*/children"):
            try:
                for child in children.read_text().split():
                    found += self._family(int(child))
            except OSError:  # a thread that ended just now
                continue
        return found
