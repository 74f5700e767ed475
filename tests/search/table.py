"""The contract suite as a table, tests × engines: `python -m tests.search.table`."""

import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ENGINES = ("embedded", "meilisearch", "meilisearch-live")
NOT_RUN = "not run"


class Tally:
    """How each test of the contract went on each engine, all its cases together."""

    def __init__(self) -> None:
        self.engines: dict[str, str] = {}  # by test and case
        self.rows: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            call = getattr(item, "callspec", None)
            if call is not None and "engine" in call.params:
                self.engines[item.nodeid] = call.params["engine"]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.nodeid not in self.engines or (report.when != "call" and report.passed):
            return
        name = report.nodeid.rpartition("::")[2].partition("[")[0]
        self.rows[name][self.engines[report.nodeid]][report.outcome] += 1

    def lines(self) -> list[str]:
        """The table, in Markdown."""
        lines = [f"| promise | {' | '.join(ENGINES)} |", f"|---|{'---|' * len(ENGINES)}"]
        for name, engines in self.rows.items():
            cells = [self._cell(engines.get(engine)) for engine in ENGINES]
            lines.append(f"| {name.removeprefix('test_').replace('_', ' ')} | {' | '.join(cells)} |")
        return lines

    @staticmethod
    def _cell(outcomes: Counter[str] | None) -> str:
        said = outcomes or Counter()
        return ", ".join(f"{count} {outcome}" for outcome, count in sorted(said.items())) or NOT_RUN


def main() -> int:
    """Run the contract on every engine there is, and print how it went."""
    tally = Tally()
    files = sorted(str(path) for path in [*HERE.glob("test_engine_contract*.py"), HERE / "test_leaks.py"])
    status = pytest.main([*files, "-q", "--no-header", "-p", "no:cacheprovider"], plugins=[tally])
    print("\n".join(["", *tally.lines()]))
    if not any("meilisearch-live" in engines for engines in tally.rows.values()):
        print("\nNot run on a live Meilisearch: set MEILISEARCH_TEST_URL and MEILISEARCH_TEST_KEY.")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
