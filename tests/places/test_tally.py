"""The counts at the end of a load."""

from marketplace.places.tally import Rejected, Tally


def test_two_batches_add_up_and_only_the_first_lines_are_named():
    total = Tally(new=1, unchanged=2)
    batch = Tally(new=1_000, changed=3)
    for line in (4, 5, 6, 7):
        batch.reject(Rejected(line, "no position"))
    batch.reject(Rejected(9, "too short"))
    total.reject(Rejected(2, "no position"))

    total.add(batch)

    assert str(total) == "new 1,001, changed 3, unchanged 2, rejected 6"
    assert list(total.reasons()) == [
        "rejected 5: no position (lines 2, 4, 5, …)",
        "rejected 1: too short (line 9)",
    ]
