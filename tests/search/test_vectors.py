"""Vectors on disk, and which of many are nearest."""

from pathlib import Path

import numpy as np
import pytest

from search.vectors import MEASURED, Vectors, VectorWriter, unit

SIZE = 64


def written(folder: Path, place: str, vectors: np.ndarray) -> list[int | None]:
    writer = VectorWriter(folder)
    names = [writer.add(place, vector.tolist()) for vector in vectors]
    writer.finish()
    writer.close()
    return names


def test_of_many_the_nearest_are_found_as_if_all_had_been_measured(tmp_path):
    random = np.random.default_rng(5)
    topics = random.normal(size=(40, SIZE))
    vectors = topics[random.integers(0, 40, 3 * MEASURED)] + random.normal(size=(3 * MEASURED, SIZE)) * 0.6
    names = written(tmp_path, "durham", vectors)
    asked = unit(topics[3].tolist())
    assert asked is not None
    measured = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)) @ asked
    best = {names[row] for row in np.argsort(-measured)[:50]}

    table = Vectors(tmp_path).of(SIZE)
    assert table is not None
    found, cosines = table.nearest("durham", asked, 0.4)

    assert len(best & set(found[:50])) >= 48
    assert list(cosines) == sorted(cosines, reverse=True)
    assert cosines[0] == pytest.approx(measured.max(), abs=1e-3)
    assert table.cosines(found[:3], asked) == pytest.approx(cosines[:3])


def test_places_do_not_crowd_each_other_out(tmp_path):
    alike = np.tile(np.eye(SIZE)[0], (2 * MEASURED, 1))
    written(tmp_path, "wear", alike)
    (name,) = written(tmp_path, "durham", np.eye(SIZE)[:1] + np.eye(SIZE)[1:2] / 2)
    asked = unit(np.eye(SIZE)[0].tolist())
    table = Vectors(tmp_path).of(SIZE)

    assert table is not None
    assert asked is not None
    assert table.nearest("durham", asked, 0.4)[0] == [name]
    assert table.nearest("nowhere", asked, 0.4)[0] == []


def test_a_reader_sees_what_is_appended_and_keeps_what_it_has(tmp_path):
    vectors = Vectors(tmp_path)
    assert vectors.of(SIZE) is None
    first = written(tmp_path, "durham", np.eye(SIZE)[:2])
    table = vectors.of(SIZE)
    later = written(tmp_path, "durham", np.eye(SIZE)[2:3])
    asked = unit(np.eye(SIZE)[2].tolist())

    assert table is not None
    assert asked is not None
    assert table.nearest("durham", asked, 0.4)[0] == []
    grown = vectors.of(SIZE)
    assert grown is not None
    assert grown.nearest("durham", asked, 0.4)[0] == later
    assert list(grown.cosines([*first, *later, None, 7], asked)) == pytest.approx([0, 0, 1, 0, 0])
