"""Built files: their address changes with what is in them, and browsers may keep them for ever."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.web import pages


@pytest.fixture
def built(app, tmp_path, monkeypatch) -> Iterator[Path]:
    """A folder of built files of our own."""
    (tmp_path / "dist").mkdir()
    monkeypatch.setattr(pages, "STATIC", tmp_path)
    monkeypatch.setattr(app, "static_folder", str(tmp_path))
    pages._fingerprint.cache_clear()
    with app.test_request_context():
        yield tmp_path / "dist"
    pages._fingerprint.cache_clear()


def mark(address: str) -> str:
    return address.rpartition("?v=")[2]


def test_the_mark_of_a_file_changes_with_its_content_alone(built):
    (built / "app.css").write_text("a { color: green }")
    first = pages.asset("app.css")
    pages._fingerprint.cache_clear()
    again = pages.asset("app.css")
    (built / "app.css").write_text("a { color: amber }")
    pages._fingerprint.cache_clear()
    changed = pages.asset("app.css")

    assert first == again
    assert first.startswith("/static/dist/app.css?v=")
    assert len(mark(first)) == 12
    assert mark(changed) != mark(first)


def test_a_marked_file_may_be_kept_for_ever_and_an_unmarked_one_may_not(app, built):
    (built / "app.css").write_text("a { color: green }")
    browser = app.test_client()

    with browser.get(pages.asset("app.css")) as kept, browser.get("/static/dist/app.css") as asked:
        pass

    assert (kept.status_code, asked.status_code) == (200, 200)
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "immutable" not in asked.headers["Cache-Control"]


def test_a_file_nobody_built_has_an_address_all_the_same(built):
    assert mark(pages.asset("app.css")) == "unbuilt"
