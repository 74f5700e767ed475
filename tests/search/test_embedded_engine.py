"""What is particular to the engine on local disk: damage, kills, other processes, the lock."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from search import embedded, embedded_layout
from search.embedded import EmbeddedEngine
from search.embedded_layout import layout
from search.engine import SearchUnavailable
from search.generations import LOCK, POINTER, Generations
from search.schema import FAMILIES, Query, Sketch

ROOT = Path(__file__).parents[2]
EVERYTHING = Query(place="durham", limit=1000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var" / "index"


@pytest.fixture
def made(folder: Path, document, monkeypatch) -> EmbeddedEngine:
    """An engine whose index holds need:1 to need:30, in one segment."""
    monkeypatch.setattr(embedded, "REBUILD_THREADS", 1)
    engine = EmbeddedEngine(folder, wait_seconds=0)
    engine.rebuild(document(title="Hall") for _ in range(30))
    return engine


def keys(engine: EmbeddedEngine) -> set[str]:
    return {hit.key for hit in engine.search(EVERYTHING).hits}


def generation(folder: Path) -> Path:
    return folder / (folder / POINTER).read_text("utf-8")


def overwrite(path: Path, content: bytes) -> None:
    """As damage on disk looks to whoever opens the file next; what is open already keeps the old file."""
    path.unlink()
    path.write_bytes(content)


def in_another_process(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run `code` with an engine on the folder, a document builder and a way to die at once."""
    opening = f"""
import os, signal, sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from search.embedded import EmbeddedEngine
from search.generations import Generations
from search.schema import Document

def one(key, title="Hall"):
    return Document(key=key, family="need", place="durham", title=title)

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

engine = EmbeddedEngine({str(folder)!r})
"""
    return subprocess.run(
        [sys.executable, "-c", opening + code], capture_output=True, text=True, timeout=60, check=False
    )


def test_without_an_index_searching_is_unavailable_and_health_says_why(folder):
    engine = EmbeddedEngine(folder)

    with pytest.raises(SearchUnavailable, match="rebuild it"):
        engine.search(EVERYTHING)
    with pytest.raises(SearchUnavailable, match="rebuild it"):
        engine.alike(Sketch(place="durham", families=FAMILIES))

    assert not engine.health().ready
    assert "rebuild it" in engine.health().problem
    engine.delete(["need:1"])
    assert not engine.health().ready, "forgetting a key makes no index"


@pytest.mark.parametrize("change", ["upsert", "rebuild"])
def test_the_first_documents_start_an_index(folder, document, change):
    engine = EmbeddedEngine(folder)

    getattr(engine, change)([document(key="need:1")])

    assert keys(engine) == {"need:1"}


def no_pointer(folder: Path) -> None:
    (folder / POINTER).unlink()


def pointer_to_nothing(folder: Path) -> None:
    (folder / POINTER).write_text(f"{layout()}-{'0' * 32}", "utf-8")


def pointer_out_of_the_folder(folder: Path) -> None:
    (folder / POINTER).write_text("../../elsewhere", "utf-8")


def pointer_of_noise(folder: Path) -> None:
    (folder / POINTER).write_bytes(b"\xff\x00\xfe")


def no_generation(folder: Path) -> None:
    shutil.rmtree(generation(folder))


def no_meta(folder: Path) -> None:
    (generation(folder) / "meta.json").unlink()


def meta_of_noise(folder: Path) -> None:
    overwrite(generation(folder) / "meta.json", b"{")


def segments_cut_short(folder: Path) -> None:
    for file in generation(folder).glob("*.*"):
        if file.suffix in {".fast", ".idx", ".term", ".store", ".fieldnorm"}:
            overwrite(file, file.read_bytes()[: file.stat().st_size // 2])


def segments_of_noise(folder: Path) -> None:
    for file in generation(folder).glob("*.*"):
        if file.name != "meta.json":
            overwrite(file, b"\x5a" * file.stat().st_size)


def segments_empty(folder: Path) -> None:
    for file in generation(folder).glob("*.*"):
        if file.name != "meta.json":
            overwrite(file, b"")


DAMAGE = [
    no_pointer,
    pointer_to_nothing,
    pointer_out_of_the_folder,
    pointer_of_noise,
    no_generation,
    no_meta,
    meta_of_noise,
    segments_cut_short,
    segments_of_noise,
    segments_empty,
]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("change", ["upsert", "rebuild"])
def test_a_damaged_index_is_unavailable_until_written_again(
    folder, made, document, damage: Callable[[Path], None], change
):
    damage(folder)
    engine = EmbeddedEngine(folder, wait_seconds=0)

    with pytest.raises(SearchUnavailable):
        engine.search(EVERYTHING)
    assert not engine.health().ready

    getattr(engine, change)([document(key="need:new")])
    assert keys(engine) == {"need:new"}
    assert keys(made) == {"need:new"}, "an engine that was open throughout moves on as well"


@pytest.mark.parametrize("damage", DAMAGE)
def test_an_engine_open_when_the_damage_is_done_answers_or_is_unavailable(folder, made, damage):
    assert len(keys(made)) == 30
    damage(folder)

    try:
        assert len(keys(made)) == 30
    except SearchUnavailable:
        assert not made.health().ready


def test_forgetting_from_a_damaged_index_is_unavailable_rather_than_forgotten(folder, made):
    meta_of_noise(folder)

    with pytest.raises(SearchUnavailable):
        made.delete(["need:1"])


def test_a_place_that_cannot_be_written_is_unavailable(tmp_path, document):
    (tmp_path / "file").write_text("not a folder")
    engine = EmbeddedEngine(tmp_path / "file" / "index")

    for change in (engine.upsert, engine.rebuild):
        with pytest.raises(SearchUnavailable):
            change([document()])
    with pytest.raises(SearchUnavailable):
        engine.search(EVERYTHING)


def test_an_index_laid_out_by_another_version_is_not_read(folder, made, monkeypatch):
    monkeypatch.setattr(embedded_layout, "LAYOUT_VERSION", embedded_layout.LAYOUT_VERSION + 1)
    newer = EmbeddedEngine(folder)

    with pytest.raises(SearchUnavailable, match="rebuild it"):
        newer.search(EVERYTHING)
    assert len(keys(made)) == 30

    newer.rebuild([])
    assert keys(newer) == set()


def test_what_another_process_writes_is_found_at_once(folder, made):
    assert len(keys(made)) == 30

    in_another_process(
        folder, "engine.upsert([one('need:there')]); engine.delete(['need:1'])"
    ).check_returncode()
    assert keys(made) == {f"need:{number}" for number in range(2, 31)} | {"need:there"}

    in_another_process(folder, "engine.rebuild([one('need:only')])").check_returncode()
    assert keys(made) == {"need:only"}


BEFORE, AFTER = {f"need:{number}" for number in range(1, 31)}, {"need:a", "need:b"}
REBUILD = "engine.rebuild([one('need:a'), one('need:b')])"
DEATHS = {
    "reading the documents of a rebuild": (
        "engine.rebuild(one(f'need:{n}') if n < 400 else die() for n in range(500))"
    ),
    "reading the documents of a batch": (
        "engine.upsert(one(f'need:{n}', 'New') if n < 400 else die() for n in range(500))"
    ),
    "committed, not yet published": f"Generations.publish = die; {REBUILD}",
    "about to swap": f"Path.replace = die; {REBUILD}",
    "just swapped": f"swap = Path.replace; Path.replace = lambda *paths: (swap(*paths), die()); {REBUILD}",
}


@pytest.mark.parametrize("moment", DEATHS)
def test_a_writer_killed_at_any_moment_leaves_a_whole_index_and_no_lock(folder, made, document, moment):
    left = AFTER if moment == "just swapped" else BEFORE

    killed = in_another_process(folder, DEATHS[moment])

    assert killed.returncode == -9, killed.stderr
    assert keys(made) == keys(EmbeddedEngine(folder)) == left
    made.upsert([document(key="need:next")])
    assert keys(made) == left | {"need:next"}
    made.rebuild([document(key="need:new")])
    assert keys(made) == {"need:new"}


@pytest.mark.parametrize("moment", [moment for moment in DEATHS if moment != "just swapped"])
def test_a_first_writer_killed_leaves_an_index_that_can_be_built(folder, document, moment):
    assert in_another_process(folder, DEATHS[moment]).returncode == -9
    engine = EmbeddedEngine(folder, wait_seconds=0)

    with pytest.raises(SearchUnavailable):
        engine.search(EVERYTHING)
    engine.upsert([document(key="need:1")])
    assert keys(engine) == {"need:1"}


def test_while_another_writes_a_writer_gives_up_and_readers_read_on(folder, made, document):
    with Generations(folder, layout()).writing(0):
        for change in (made.upsert, made.rebuild):
            with pytest.raises(SearchUnavailable, match="Another writer"):
                change([document()])
        with pytest.raises(SearchUnavailable, match="Another writer"):
            made.delete(["need:1"])
        assert keys(made) == BEFORE

    made.delete(["need:1"])
    assert "need:1" not in keys(made)


def test_a_writer_waits_for_another_to_finish(folder, made, document):
    patient = EmbeddedEngine(folder, wait_seconds=30)
    other = Generations(folder, layout()).writing(0)
    other.__enter__()

    waiting = threading.Thread(target=patient.upsert, args=([document(key="need:late")],))
    waiting.start()
    assert "need:late" not in keys(made)
    other.__exit__(None, None, None)
    waiting.join()

    assert "need:late" in keys(made)


def test_rebuilding_clears_what_was_left_behind_and_nothing_else(folder, made, document):
    abandoned = folder / f"{layout()}-{'a' * 32}"
    abandoned.mkdir()
    (folder / "notes").mkdir()
    for _ in range(4):
        made.rebuild([document(key="need:1")])

    names = {path.name for path in folder.iterdir()}

    assert generation(folder).name in names
    assert abandoned.name not in names
    assert {"notes", POINTER, LOCK} <= names
    assert len(names) == 5, "the current generation and the one before it are kept"


def test_a_batch_killed_in_its_commit_can_be_sent_again(folder, made, document):
    """The files of the commit are there but meta.json does not name them yet, as a kill there leaves it."""
    meta = generation(folder) / "meta.json"
    before = meta.read_bytes()
    batch = [document(key="need:1", title="New"), document(key="need:2", title="New")]
    made.upsert(batch)
    overwrite(meta, before)
    engine = EmbeddedEngine(folder, wait_seconds=0)
    assert engine.search(Query("new", place="durham")).total == 0

    engine.upsert(batch)

    assert engine.search(Query("new", place="durham")).total == 2
    assert keys(engine) == BEFORE
