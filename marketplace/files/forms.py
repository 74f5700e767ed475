"""The field people choose files with."""

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import Field, Form
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import FileInput

from marketplace.errors import Refused
from marketplace.files.checks import Checked, examine
from marketplace.files.kinds import ENDINGS

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
ANY = (*dict.fromkeys((*ENDINGS.values(), *PICTURES)),)


class UploadField(Field):
    """One file, or up to `at_most`. After validation `checked` holds what passed, ready for `services.store`.

    `data` is the list of files as they came. The form’s tag needs `enctype="multipart/form-data"`, the
    view `@takes_files(at_most)`, the template `upload` of `components/files.html`.
    """

    widget = FileInput()

    def __init__(
        self,
        label: str,
        *,
        at_most: int = 1,
        images_only: bool = False,
        validators: Sequence[Any] = (Optional(),),
        description: str = "",
        **kwargs: Any,
    ) -> None:
        kinds = "a picture" if images_only else "a PDF, picture, office file or table"
        many = f" Up to {at_most} files." if at_most > 1 else ""
        accept = {"accept": ",".join(PICTURES if images_only else ANY), "multiple": at_most > 1}
        super().__init__(
            label,
            validators=validators,
            description=f"{description} {kinds[0].upper()}{kinds[1:]}, up to 10 MB.{many}".strip(),
            render_kw={**accept, **kwargs.pop("render_kw", {})},
            **kwargs,
        )
        self.at_most, self.images_only = at_most, images_only
        self.data: list[FileStorage] = []
        self.checked: tuple[Checked, ...] = ()

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """A browser sends a file without a name where none was chosen."""
        self.data = [each for each in valuelist if isinstance(each, FileStorage) and each.filename]

    def pre_validate(self, form: Form) -> None:
        self.data = self.data or []  # a form sent without the field at all
        if len(self.data) > self.at_most:
            raise ValidationError(f"Choose {_few(self.at_most)} at most. You chose {len(self.data)}.")
        self.checked = tuple(self._examined(each) for each in self.data)

    def _value(self) -> bool:
        """Browsers take no value for a file."""
        return False

    def _examined(self, upload: FileStorage) -> Checked:
        try:
            return examine(upload, images_only=self.images_only)
        except Refused as refusal:
            name = f"“{upload.filename}”: " if len(self.data) > 1 else ""
            raise ValidationError(name + refusal.message) from None


def _few(number: int) -> str:
    return "one file" if number == 1 else f"{number} files"
