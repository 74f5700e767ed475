"""Letters as files in a folder: the default, read by the page of the demo."""

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from marketplace.mail.letters import Letter, MailUnavailable, as_email


@dataclass(frozen=True, slots=True)
class FilesMailer:
    """Writes one `.eml` a letter, whole or not at all; the same letter again replaces its file."""

    folder: Path

    def send(self, letter: Letter) -> str:
        """Write the file and return its name."""
        content = as_email(letter).as_bytes()
        name = file_name(letter.message_id)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_whole(self.folder / name, content)
        except OSError as error:
            raise MailUnavailable(
                f"The folder of outgoing mail cannot be written: {error.strerror}"
            ) from error
        return name


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
