"""A small County Durham with the right answers known."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from search.geo import Point
from search.ranking import Give, Lexicon, Party, Want
from tests.search.ranking.simply import parties_of


@dataclass(frozen=True)
class Judged:
    """Wants, parties, and for each want those who answer it, graded 3 (obvious) to 1 (worth a look)."""

    wants: list[Want]
    parties: list[Party]
    right: dict[str, dict[str, int]]
    lexicon: Lexicon


@pytest.fixture(scope="session")
def judged() -> Judged:
    written = tomllib.loads((Path(__file__).parent / "judged.toml").read_text(encoding="utf-8"))
    towns = {name: Point(*degrees) for name, degrees in written["towns"].items()}
    wants = [
        Want(
            key=row["key"],
            party=f"asker of {row['key']}",
            family=row["key"].partition(":")[0],
            title=row["title"],
            text=row["text"],
            categories=frozenset(row["categories"]),
            point=towns[row["town"]],
            value=row.get("value"),
            quantity_kinds=frozenset(row.get("kinds", ())),
        )
        for row in written["want"]
    ]
    gives = [
        Give(
            key=f"{row['family']}:{number}",
            party=row["party"],
            family=row["family"],
            title=row["title"],
            text=row["text"],
            categories=frozenset(row["categories"]),
            point=towns[row["town"]],
            reach_miles=row.get("reach"),
            quantity_kinds=frozenset(row.get("kinds", ())),
        )
        for number, row in enumerate(written["give"], start=1)
    ]
    turnovers = {row["party"]: row.get("turnover") for row in written["give"]}
    parties = [replace(party, turnover=turnovers[party.key]) for party in parties_of(gives)]
    right = {row["key"]: row["right"] for row in written["want"]}
    return Judged(wants, parties, right, Lexicon.fit([*wants, *gives], towns))
