"""Keeping a file, and saying who may see it."""

import hashlib
import logging
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from flask import current_app
from werkzeug.datastructures import FileStorage

from marketplace import audit
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.files.checks import Checked, examine
from marketplace.files.kept import Store, StoreUnavailable, store_for
from marketplace.files.models import File, FileReader
from marketplace.organisations.models import Organisation

log = logging.getLogger(__name__)

SMALL = "-small"  # added to the key of a picture, for its small copy
SETTLED = timedelta(days=1)  # longer than any transaction: what no row speaks of by then is nobody's
AT_ONCE = 500


def store(
    upload: FileStorage | Checked,
    *,
    organisation: Organisation,
    actor: User | None,
    now: datetime,
    readers: Iterable[int] = (),
    images_only: bool = False,
) -> File:
    """Check a file and keep it for an organisation; `readers` are ids of others whose people may see it.

    What is written to the store before a transaction that fails is found by the daily sweep.
    Raises `Refused` (of the field `file`) with what is wrong and what to send instead.
    """
    checked = upload if isinstance(upload, Checked) else examine(upload, images_only=images_only)
    key = secrets.token_hex(16)
    try:
        the_store().write(key, checked.data)
        if checked.small:
            the_store().write(key + SMALL, checked.small)
    except StoreUnavailable as problem:
        log.error("file not kept", extra={"reason": str(problem)})
        raise Refused(
            "We cannot keep files just now. Send it again in a few minutes.", field="file"
        ) from problem
    file = File(
        key=key,
        name=checked.name,
        media_type=checked.media_type,
        size=len(checked.data),
        sha256=hashlib.sha256(checked.data).hexdigest(),
        organisation_id=organisation.id,
        uploaded_by_id=actor.id if actor else None,
        created_at=now,
    )
    db.session.add(file)
    let_see(file, readers)
    audit.record("file.stored", file, actor=actor, size=file.size, media_type=file.media_type)
    return file


def let_see(file: File, organisation_ids: Iterable[int]) -> None:
    """Let the people of these organisations see it as well."""
    already = {file.organisation_id, *file.readers}
    for organisation_id in sorted(set(organisation_ids) - already):
        file.reader_rows.append(FileReader(organisation_id=organisation_id))


def make_public(file: File) -> None:
    """Show it to anybody, such as the photo of a story."""
    file.is_public = True


def make_private(file: File) -> None:
    """Show it to its organisation and its readers only, as at first."""
    file.is_public = False


def contents(file: File, *, small: bool = False) -> bytes:
    """What it holds; of a picture, on request the small copy. Raises `NotKept` and `StoreUnavailable`."""
    return the_store().read(file.key + SMALL if small and file.is_image else file.key)


def sweep(now: datetime) -> int:
    """Delete from the store what no row speaks of: its transaction was undone. Returns how many.

    Safe to run twice, and beside uploads: what is younger than a day is left alone.
    """
    swept, batch = 0, []
    for key in the_store().keys(before=now - SETTLED):
        batch.append(key)
        if len(batch) == AT_ONCE:
            swept += _delete_unknown(batch)
            batch = []
    return swept + _delete_unknown(batch)


def the_store() -> Store:
    """Where this installation keeps files."""
    return store_for(current_app.config["SETTINGS"])


def _delete_unknown(keys: list[str]) -> int:
    wanted = {key.removesuffix(SMALL) for key in keys}
    known = set(db.session.scalars(db.select(File.key).where(File.key.in_(wanted))))
    unknown = [key for key in keys if key.removesuffix(SMALL) not in known]
    for key in unknown:
        the_store().delete(key)
    return len(unknown)
