"""Both stores keep the same small promise."""

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from marketplace.config import Settings
from marketplace.errors import NotSetUp
from marketplace.files.kept import DiskStore, NotKept, Store, StoreUnavailable, store_for
from marketplace.files.s3 import S3Store
from tests.files.s3_server import KEY_ID, SECRET, S3Server

KEY, OTHER = "ab" + "0" * 30, "cd" + "1" * 30
LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def s3() -> Iterator[S3Server]:
    server = S3Server()
    httpd = server.start()
    yield server
    httpd.shutdown()
    httpd.server_close()


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "disk":
        return DiskStore(tmp_path / "files")
    return S3Store.from_url(request.getfixturevalue("s3").url(), KEY_ID, SECRET)


@pytest.mark.parametrize(
    "data", [b"Twelve chairs.", b"", bytes(range(256)) * 40_000], ids=["words", "none", "10MB"]
)
def test_what_was_written_is_read_back(store: Store, data: bytes):
    store.write(KEY, data)

    assert store.read(KEY) == data


def test_what_is_written_again_is_the_newer(store: Store):
    store.write(KEY, b"one")
    store.write(KEY, b"two")

    assert store.read(KEY) == b"two"
    assert list(store.keys(before=LATER)) == [KEY]


def test_what_is_not_there_is_said_to_be_missing(store: Store):
    with pytest.raises(NotKept):
        store.read(KEY)


def test_what_is_deleted_is_gone_and_may_be_deleted_again(store: Store):
    store.write(KEY, b"one")
    store.delete(KEY)
    store.delete(KEY)

    with pytest.raises(NotKept):
        store.read(KEY)


def test_keys_are_those_written_before_an_instant(store: Store):
    assert list(store.keys(before=LATER)) == []
    for key in (KEY, OTHER, f"{KEY}-small"):
        store.write(key, b"one")

    assert sorted(store.keys(before=LATER)) == [KEY, f"{KEY}-small", OTHER]
    assert list(store.keys(before=datetime.now(UTC) - timedelta(hours=1))) == []


@pytest.mark.parametrize(
    "key", ["../secret-key", "ab/../../x", "", "AB" * 16, f"{KEY}\n", f"{KEY}-large", "a.pdf"]
)
def test_a_key_we_did_not_make_reaches_no_store(store: Store, key: str):
    for ask in (store.read, store.delete, lambda each: store.write(each, b"x")):
        with pytest.raises(ValueError, match="no key of ours"):
            ask(key)


def test_on_disk_only_the_owner_may_read(tmp_path: Path):
    DiskStore(tmp_path / "files").write(KEY, b"one")

    path = tmp_path / "files" / "ab" / ("0" * 30)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_on_disk_half_a_file_is_never_under_its_key(tmp_path: Path, monkeypatch):
    store = DiskStore(tmp_path / "files")

    def power_cut(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", power_cut)
    with pytest.raises(StoreUnavailable, match="No space left"):
        store.write(KEY, b"one")

    with pytest.raises(NotKept):
        store.read(KEY)
    assert list(store.keys(before=LATER)) == []


def test_on_disk_what_a_crash_left_half_written_is_among_the_keys(tmp_path: Path):
    store = DiskStore(tmp_path / "files")
    store.write(KEY, b"one")
    (tmp_path / "files" / "ab" / ("1" * 30 + ".part")).write_bytes(b"ha")
    (tmp_path / "files" / "ab" / "README").write_text("not ours")

    [half] = set(store.keys(before=LATER)) - {KEY}
    store.delete(half)

    assert list(store.keys(before=LATER)) == [KEY]


def test_s3_keeps_what_is_ours_under_its_prefix(s3: S3Server):
    S3Store.from_url(s3.url("hall/files"), KEY_ID, SECRET).write(KEY, b"one")
    S3Store.from_url(s3.url(""), KEY_ID, SECRET).write(OTHER, b"two")

    assert s3.kept == {f"hall/files/{KEY}": b"one", OTHER: b"two"}
    assert s3.refused == []


@pytest.mark.parametrize(("key_id", "secret"), [(KEY_ID, "four old chairs"), ("AKIASOMEBODY", SECRET)])
def test_s3_lets_nobody_in_without_the_right_key(s3: S3Server, key_id: str, secret: str):
    store = S3Store.from_url(s3.url(), key_id, secret)

    with pytest.raises(StoreUnavailable):
        store.write(KEY, b"one")
    assert (s3.kept, len(s3.refused)) == ({}, 1)


def test_s3_is_asked_again_where_it_is_busy(s3: S3Server):
    s3.fails = 1
    S3Store.from_url(s3.url(), KEY_ID, SECRET).write(KEY, b"one")

    assert list(s3.kept.values()) == [b"one"]


def test_s3_that_is_away_is_unavailable(s3: S3Server):
    store = S3Store.from_url(s3.url(), KEY_ID, SECRET)
    s3.fails = 1000

    with pytest.raises(StoreUnavailable):
        store.write(KEY, b"one")
    with pytest.raises(StoreUnavailable):
        store.read(KEY)
    with pytest.raises(StoreUnavailable):
        list(store.keys(before=LATER))


def test_the_setting_chooses_the_store(tmp_path: Path):
    bare = Settings(secret_key="x", data_dir=tmp_path)
    away = Settings(
        secret_key="x", data_dir=tmp_path, files_url="s3://parish", files_key_id=KEY_ID, files_secret=SECRET
    )

    assert store_for(bare) == DiskStore(tmp_path / "files")
    assert isinstance(store_for(away), S3Store)
    assert SECRET not in repr(away)


def test_without_its_library_the_setting_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "obstore.store", None)

    with pytest.raises(NotSetUp, match=r"placeful\[s3\]"):
        S3Store.from_url("s3://parish", KEY_ID, SECRET)
