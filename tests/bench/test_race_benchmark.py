"""The race finds nothing over, doubled or lost, says so in figures, and says how steady the machine was."""

from marketplace.bench import race
from tests.apps import as_it_was


def test_a_short_race_ends_with_everything_where_its_clients_were_told_it_is():
    with as_it_was():
        run = race.measure("", clients=8, attempts=40, seed=1)

    assert {name: run[name] for name in ("over", "doubled", "lost", "failed", "faults")} == {
        "over": 0, "doubled": 0, "lost": 0, "failed": 0, "faults": []
    }  # fmt: skip
    assert run["attempts"] == 200
    assert {kind: sum(figures["ended"].values()) for kind, figures in run["kinds"].items()} == dict.fromkeys(
        race.KINDS, 40
    )
    assert run["kinds"]["pledge"]["ended"]["done"] <= run["entries"]
    assert 0 < run["machine"]["quickest"] <= run["machine"]["p95"]
    assert "for the same piece of work" in race.table([run])
