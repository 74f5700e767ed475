"""Uploaded files: what is known of them, and who may see them. What they hold lies in the store."""

from datetime import datetime
from pathlib import PurePath

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.extensions import db
from marketplace.files.kinds import CALLED


class File(db.Model):
    """A file that passed every check. `key` is its random name in the store, `name` what people call it."""

    __table_args__ = (CheckConstraint("size > 0", name="size_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]  # bytes, as kept
    sha256: Mapped[str] = mapped_column(String(64))  # of what is kept
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    is_public: Mapped[bool] = mapped_column(default=False)  # shown to anybody, such as the photo of a story

    reader_rows: Mapped[list["FileReader"]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    @property
    def readers(self) -> frozenset[int]:
        """The ids of organisations whose people may see it, besides whoever uploaded it."""
        return frozenset(row.organisation_id for row in self.reader_rows)

    @property
    def facts(self) -> str:
        """What kind it is and how big, such as “PDF, 240 KB”."""
        called = CALLED.get(PurePath(self.name).suffix, "file")
        if self.size < 1_000_000:
            return f"{called}, {max(1, round(self.size / 1000))} KB"
        return f"{called}, {self.size / 1_000_000:.1f} MB"

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")


class FileReader(db.Model):
    """An organisation whose people may see a file of another's."""

    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
