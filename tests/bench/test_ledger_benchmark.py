"""The benchmark of the ledger, on a small one: it fills, proves, tampers and finds."""

from marketplace.bench import ledger
from tests.apps import as_it_was


def test_a_small_ledger_is_filled_proved_and_its_changed_row_found():
    with as_it_was():
        figures = ledger.measure("", 48, seed=1)

    assert (figures["database"], figures["entries"]) == ("sqlite", 50)
    assert set(figures["verify"]) == {"seconds", "processor_seconds"}
    table = ledger.table([figures]).splitlines()
    assert len(table) == 2
    assert table[1].startswith("sqlite")
