"""Some rounds of `python -m tests.durability.killing`, which runs as many as one likes."""

import pytest

from tests.databases import SQLITE, postgresql_server
from tests.durability import killing

ROUNDS = 3


@pytest.mark.parametrize("database", [SQLITE])
def test_what_was_acknowledged_outlives_the_processes_and_happens_once(database, tmp_path):
    done = killing.run(ROUNDS, "", seed=7, folder=tmp_path)
    assert done["promise"] > 0
    assert done["accept"] > 0
