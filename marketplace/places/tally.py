"""Counting what a load did, so that its last line can say so."""

from collections.abc import Iterator
from dataclasses import dataclass, field

LINES_SHOWN = 3  # enough to find the trouble in the file


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was refused: its line (or feature) in the file, from 1, and why."""

    line: int
    reason: str


@dataclass(slots=True)
class Tally:
    """Rows new, changed and unchanged, and the refused ones by reason."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    first_lines: dict[str, list[int]] = field(default_factory=dict)

    def reject(self, row: Rejected) -> None:
        """Count one refused row under its reason."""
        self.rejected += 1
        self.counts[row.reason] = self.counts.get(row.reason, 0) + 1
        lines = self.first_lines.setdefault(row.reason, [])
        if len(lines) < LINES_SHOWN:
            lines.append(row.line)

    def add(self, other: "Tally") -> None:
        """Count another load of the same file on top of this one."""
        self.new += other.new
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.rejected += other.rejected
        for reason, count in other.counts.items():
            self.counts[reason] = self.counts.get(reason, 0) + count
            lines = self.first_lines.setdefault(reason, [])
            lines.extend(other.first_lines[reason][: LINES_SHOWN - len(lines)])

    def reasons(self) -> Iterator[str]:
        """One line for each reason of refusal, the commonest first."""
        for reason, count in sorted(self.counts.items(), key=lambda item: (-item[1], item[0])):
            shown = ", ".join(f"{line:,}" for line in self.first_lines[reason])
            more = ", …" if count > len(self.first_lines[reason]) else ""
            yield f"rejected {count:,}: {reason} (line{'s' * (count > 1)} {shown}{more})"

    def __str__(self) -> str:
        return (
            f"new {self.new:,}, changed {self.changed:,}, "
            f"unchanged {self.unchanged:,}, rejected {self.rejected:,}"
        )
