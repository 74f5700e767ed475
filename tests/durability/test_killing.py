"""Some rounds of `python -m tests.durability.killing`, which runs as many as one likes."""

from tests.durability import killing

ROUNDS = 3


def test_what_was_acknowledged_outlives_the_processes_and_happens_once(tmp_path):
    done = killing.run(ROUNDS, "", seed=7, folder=tmp_path)
    assert done["promise"] > 0
    assert done["accept"] > 0
