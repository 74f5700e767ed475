"""Keeping files, saying who may see them, and tidying up after transactions that failed."""

import hashlib
import os
from datetime import timedelta
from io import BytesIO
from typing import cast

import pytest
from flask import Flask
from PIL import Image
from werkzeug.datastructures import FileStorage

from marketplace import outbox
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.files import services
from marketplace.files.checks import examine
from marketplace.files.kept import NotKept
from marketplace.files.models import File
from marketplace.organisations.models import Organisation
from marketplace.outbox.services import DAILY
from tests.factories import NOON, OrganisationFactory, UserFactory
from tests.files import made
from tests.scenes import events

LATER = NOON + timedelta(days=365 * 50)  # the store knows the machine’s time, tests do not


def upload(data: bytes = b"Twelve chairs.", name: str = "chairs.txt") -> FileStorage:
    return FileStorage(BytesIO(data), filename=name)


def an_organisation() -> Organisation:
    return cast(Organisation, OrganisationFactory())


def kept(data: bytes = b"Twelve chairs.", name: str = "chairs.txt", **how) -> File:
    how.setdefault("organisation", an_organisation())
    return services.store(upload(data, name), actor=cast(User, UserFactory()), now=NOON, **how)


def test_a_file_is_kept_under_a_random_key_with_what_it_is(app: Flask):
    data = made.pdf()
    file = kept(data, "../../Receipt 1.PDF")
    db.session.commit()

    inside = services.contents(file)
    assert (file.name, file.media_type) == ("Receipt 1.pdf", "application/pdf")
    assert (file.size, file.sha256) == (len(inside), hashlib.sha256(inside).hexdigest())
    assert len(file.key) == 32
    assert not file.is_public
    assert events() == ["file.stored"]
    assert kept(data).key != file.key


def test_a_picture_is_kept_upright_at_a_size_for_screens_and_small(app: Flask):
    file = kept(made.picture(size=(3000, 2000), exif=made.located_exif()), "photo.jpg")

    sizes = [Image.open(BytesIO(services.contents(file, small=small))).size for small in (False, True)]
    assert sizes == [(1067, 1600), (320, 480)]  # its EXIF says that it lies on its side


@pytest.mark.parametrize(
    ("kind", "mode", "expected"),
    [
        ("PNG", "P", "RGB"),
        ("PNG", "RGBA", "RGBA"),
        ("PNG", "LA", "RGBA"),
        ("PNG", "1", "L"),
        ("PNG", "I;16", "L"),
        ("JPEG", "L", "L"),
        ("JPEG", "CMYK", "RGB"),
        ("WEBP", "RGBA", "RGBA"),
    ],
)
def test_pictures_of_every_manner_are_kept(app: Flask, kind: str, mode: str, expected: str):
    file = kept(made.picture(kind, mode=mode), f"x.{kind}")

    with Image.open(BytesIO(services.contents(file))) as picture:
        assert picture.mode == expected


def test_a_scan_in_16_bits_of_grey_keeps_its_greys(app: Flask):
    file = kept(made.picture("PNG", mode="I;16", colour=0x8080), "scan.png")

    with Image.open(BytesIO(services.contents(file))) as picture:
        assert picture.getpixel((0, 0)) == pytest.approx(128, abs=1)


def test_where_only_pictures_go_a_document_is_refused(app: Flask):
    with pytest.raises(Refused, match="Only a picture"):
        kept(made.pdf(), "x.pdf", images_only=True)

    assert kept(made.picture(), "x.jpg", images_only=True).is_image


def test_what_a_form_checked_already_is_kept_as_it_is(app: Flask):
    checked = examine(upload())
    file = services.store(checked, organisation=an_organisation(), actor=None, now=NOON)

    assert (services.contents(file), file.uploaded_by_id) == (checked.data, None)


def test_readers_are_named_once_and_never_its_own_organisation(app: Flask):
    mine, theirs = an_organisation(), an_organisation()
    file = kept(organisation=mine, readers=(theirs.id,))
    services.let_see(file, (theirs.id, mine.id))
    db.session.commit()

    assert file.readers == {theirs.id}


def test_a_file_is_made_public_and_private_again(app: Flask):
    file = kept()
    services.make_public(file)
    assert file.is_public
    services.make_private(file)
    assert not file.is_public


@pytest.mark.parametrize(
    ("size", "facts"), [(9, "PDF, 1 KB"), (240_400, "PDF, 240 KB"), (2_350_000, "PDF, 2.4 MB")]
)
def test_its_facts_are_its_kind_and_size(size: int, facts: str):
    assert File(name="x.pdf", size=size).facts == facts


def test_where_the_store_is_away_the_person_is_told_and_nothing_is_kept(app: Flask, monkeypatch):
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="cannot keep files just now"):
        kept()

    assert db.session.scalars(db.select(File)).all() == []


def test_what_a_failed_transaction_left_is_swept_and_nothing_else(app: Flask):
    stays = kept(made.picture(), "stays.jpg")
    db.session.commit()
    goes = kept(made.picture(), "goes.jpg")
    key = goes.key
    db.session.rollback()
    before = set(services.the_store().keys(before=LATER))

    assert {key, key + "-small", stays.key} <= before
    assert services.sweep(LATER) >= 2
    assert set(services.the_store().keys(before=LATER)) == {stays.key, stays.key + "-small"}
    assert services.sweep(LATER) == 0
    with pytest.raises(NotKept):
        services.the_store().read(key)


def test_what_was_written_just_now_is_left_alone(app: Flask):
    kept()
    db.session.rollback()

    assert services.sweep(NOON - timedelta(days=365 * 50)) == 0


def test_the_sweep_runs_once_a_day(app: Flask):
    assert "files.sweep" in DAILY
    outbox.add("files.sweep")
    db.session.commit()

    assert outbox.drain() == 1
