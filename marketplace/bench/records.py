"""Files of one JSON object a line, as benchmarks read and write them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from marketplace.errors import Refused


def read(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each object with the number of its line; blank lines are passed over.

    Raises `Refused` with the line that cannot be read.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if said := line.removeprefix(b"\xef\xbb\xbf").strip():
                yield number, _object(said, path, number)


def identifier(record: Mapping[str, Any], path: Path, number: int) -> str:
    """What a record is called; `Refused` if it has no name."""
    said = record.get("id")
    if isinstance(said, bool) or not isinstance(said, str | int) or not str(said).strip():
        raise problem(path, number, "there is no id. Give each record an “id”, a text or a whole number.")
    return str(said)


def text(record: Mapping[str, Any], name: str) -> str:
    """A field's words; none where nothing, or something other than words, is said."""
    said = record.get(name)
    return said if isinstance(said, str) else ""


def write(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """One object a line. Raises `Refused` when the file cannot be written."""
    try:
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    except OSError as trouble:
        raise Refused(f"{path} cannot be written: {trouble.strerror}.") from None


def problem(path: Path, number: int, sentence: str) -> Refused:
    """What is wrong, and where."""
    return Refused(f"{path.name}, line {number}: {sentence}")


def _object(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        said = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise problem(path, number, "this is not UTF-8 text.") from None
    except (ValueError, RecursionError) as trouble:
        raise problem(path, number, f"this is not JSON ({trouble}).") from None
    if not isinstance(said, dict):
        raise problem(path, number, "expected a JSON object, such as {“id”: …}.")
    return said
