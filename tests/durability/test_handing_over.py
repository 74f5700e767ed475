"""Each point and a few moments of `python -m tests.durability.handing_over`, which kills as often as told."""

from pathlib import Path
from random import Random

from marketplace.mail import points
from tests.durability import handing_over

MOMENTS = 8


def test_whoever_dies_handing_letters_over_loses_none_and_sends_none_twice(tmp_path: Path):
    random = Random("a few rounds")
    with handing_over.trial(tmp_path / "home") as tried:
        table = handing_over.at_every_point(tried, random)
        moments = handing_over.at_random(tried, random, MOMENTS)

    assert len(points.NAMES) >= 12
    assert all(counts["killed"] > 0 for counts in table.values()), table
    every = [*table.values(), moments]
    assert [(counts["lost"], counts["twice"]) for counts in every] == [(0, 0)] * len(every)
