"""Letters as files in a folder: the default, read by the page of the demo."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from marketplace.mail.letters import (
    UNTRIED,
    Fate,
    Kind,
    Letter,
    MailRejected,
    MailUnavailable,
    Outcome,
    as_bytes,
    outcome_of,
)


@dataclass(frozen=True, slots=True)
class FilesMailer:
    """Writes one `.eml` a letter, whole or not at all; the same letter again replaces its file."""

    at_once: ClassVar[int] = 1000

    folder: Path

    @property
    def kind(self) -> Kind:
        return Kind.FILES

    def send(self, letter: Letter) -> str:
        """Write the file and return its name."""
        content = as_bytes(letter)
        name = file_name(letter.message_id)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_whole(self.folder / name, content)
        except OSError as error:
            raise MailUnavailable(
                f"The folder of outgoing mail cannot be written: {error.strerror}"
            ) from error
        return name

    def send_many(self, letters: Sequence[Letter], *, batch_id: str = "") -> list[Outcome]:
        outcomes: list[Outcome] = []
        for letter in letters:
            try:
                outcomes.append(Outcome(Fate.SENT, provider_id=self.send(letter)))
            except (MailRejected, MailUnavailable) as problem:
                outcomes.append(outcome_of(problem))
                if isinstance(problem, MailUnavailable):
                    break
        return outcomes + [UNTRIED] * (len(letters) - len(outcomes))

    def new_batch(self) -> str:
        return ""

    def call_off(self, batch_id: str) -> None:
        """A file that is written has been sent."""


def file_name(message_id: str) -> str:
    """`<mail-12@durham.example>` is kept as `mail-12@durham.example.eml`."""
    return re.sub(r"[^\w.@-]", "_", message_id.strip("<>"), flags=re.ASCII) + ".eml"


def _write_whole(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as file:
        part = Path(file.name)
        try:
            file.write(content)
            file.close()
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
