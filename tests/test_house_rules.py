"""The rules of the house that a reader would otherwise have to remember."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "marketplace"

USUAL = {"__init__", "models", "services", "queries", "forms", "routes", "jobs", "cli"}
ONE_OF_A_KIND = {  # what a feature has beside the usual files
    "accounts": {"tokens", "wording"},
    "bench": {
        "apart",
        "awards",
        "baselines",
        "categories",
        "digests",
        "engines",
        "fair_county",
        "fairness",
        "figures",
        "filling",
        "filling_digests",
        "filling_pledges",
        "filling_ranking",
        "fts5",
        "generated",
        "going",
        "ledger",
        "made_words",
        "pages",
        "pledge_pages",
        "provider",
        "questions",
        "race",
        "ranking",
        "ranking_baselines",
        "ranking_cases",
        "ranking_ours",
        "ranking_speed",
        "records",
        "search",
        "speed",
        "steadiness",
        "usage",
    },
    "categories": {"catalogue", "labelled"},
    "credentials": {"catalogue"},
    "demo": {
        "answers",
        "checks",
        "content",
        "drawing",
        "events",
        "looking",
        "past",
        "people",
        "promising",
        "reading",
        "spending",
        "story",
        "talking",
        "teams",
        "writing",
    },
    "digests": {
        "answer_routes",
        "choosing",
        "due",
        "easing",
        "finding",
        "gathering",
        "links",
        "overview",
        "overview_routes",
        "reading",
        "running",
        "wording",
    },
    "discovery": {
        "asking",
        "browsing",
        "choices",
        "documents",
        "exports",
        "feeds",
        "finding",
        "loosening",
        "maps",
        "meaning",
        "muting",
        "saying",
        "shapes",
        "suggesting",
        "views",
    },
    "desk": {"summary", "todo"},
    "exposure": {"recording", "report", "showing"},
    "imports": {
        "awards",
        "charities",
        "charity_register",
        "contacts",
        "contracts_finder",
        "gathering",
        "name_case",
        "names",
        "notices",
        "records",
        "tables",
        "whereabouts",
    },
    "ledger": {"chain", "verifying", "views"},
    "files": {
        "checks",
        "documents",
        "kept",
        "kinds",
        "pdfs",
        "pictures",
        "receiving",
        "s3",
        "strangers",
        "tables",
    },
    "listings": {"advice", "cards", "renewing", "views"},
    "mail": {
        "bodies",
        "checking",
        "events",
        "files",
        "handing",
        "leaving",
        "letters",
        "mailers",
        "points",
        "runs",
        "sendgrid",
        "smtp",
        "suppressions",
        "writing",
    },
    "matching": {
        "answers_routes",
        "candidates",
        "changes",
        "comparing",
        "comparing_answers",
        "fairly",
        "introducing",
        "inviting",
        "inviting_forms",
        "inviting_routes",
        "learned",
        "local_effect",
        "local_effect_gate",
        "remembering",
        "running",
        "searching",
        "sharing",
        "sources",
        "standing",
        "staying_local",
        "storing",
        "texts",
        "together",
        "training",
        "viewing",
    },
    "messages": {
        "addresses",
        "inbound_routes",
        "incoming",
        "minding",
        "minding_routes",
        "own_words",
        "receiving",
        "telling",
        "ties",
        "viewing",
    },
    "opportunities": {"thresholds", "wording"},
    "organisations": {"sizes"},
    "outbox": {"queue"},
    "places": {"boundaries", "districts", "gazetteer", "grid", "pins", "postcodes", "readers"}
    | {"regions", "tally"},
    "portfolio": {"exports", "needs", "stages"},
    "subscriptions": {"gallery", "gallery_routes", "tokens"},
    "volunteering": {"calendars"},
    "responses": {
        "asking",
        "asking_routes",
        "deadlines",
        "deciding",
        "deciding_forms",
        "deciding_routes",
        "entries",
        "paying",
        "telling",
        "viewing",
    },
    "pledges": {
        "answering",
        "counters",
        "days",
        "deciding",
        "deciding_routes",
        "entries",
        "giving",
        "giving_routes",
        "history",
        "holding",
        "lapsing",
        "lists",
        "move_forms",
        "moves",
        "older",
        "page_views",
        "progress",
        "sampling",
        "thanking",
        "thanking_routes",
        "turns",
        "viewing",
        "waiting",
    },
    "web": {"again", "blueprints", "fields", "headers", "logs", "pages", "problems", "sheets", "words"},
}
NAMELESS = {"util", "utils", "helper", "helpers", "manager", "managers", "misc", "common"}
MAY_COMMIT = {"routes", "views", "cli", "jobs"}  # one request, one command, one job; also “some_routes”
JOB_RUNNER = {"outbox/services.py", "outbox/queue.py"}
PLAYS_JOBS = {"bench/race.py", "bench/ranking_speed.py"}  # as pages or the worker would, to time them
BRINGS_UP_TO_DATE = {"setup.py"}  # the commands that change tables finish what a migration cannot
IS_A_CONNECTION = {"writers.py"}  # it is told to commit, and passes that on
CHANGES = {"add", "add_all", "commit", "delete", "flush", "merge"}
LONGEST = 400  # lines
WRITTEN_BY_US = ("marketplace", "search", "tests", "templates", "assets", "docs", "migrations")


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def named(path: Path) -> str:
    return path.relative_to(PACKAGES).as_posix()


def calls(path: Path) -> Iterator[tuple[str, str]]:
    """Each call of a file as (what it is called on, name): `db.session.add(x)` is (`db.session`, `add`)."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield ast.unparse(node.func.value), node.func.attr


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_only_routes_commands_and_jobs_commit():
    found = {
        named(path)
        for path in python_files("marketplace")
        if path.stem.rpartition("_")[2] not in MAY_COMMIT and any(name == "commit" for _, name in calls(path))
    }

    assert found == JOB_RUNNER | PLAYS_JOBS | BRINGS_UP_TO_DATE | IS_A_CONNECTION


def test_queries_change_nothing():
    found = {
        f"{named(path)}: {on}.{name}"
        for path in PACKAGES.rglob("queries.py")
        for on, name in calls(path)
        if on.endswith("session") and name in CHANGES
    }

    assert found == set()


def test_only_the_clock_asks_the_machine_for_the_time():
    asking = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("datetime", "today")}
    found = {
        path.relative_to(ROOT).as_posix()
        for path in python_files("marketplace", "search")
        for on, name in calls(path)
        if (on.rpartition(".")[2], name) in asking or (on, name) == ("time", "time")
    }

    assert found == {"marketplace/clock.py"}


def test_every_module_is_named_for_what_it_does():
    found = [
        path
        for path in python_files("marketplace", "search", "tests")
        if NAMELESS & (set(path.stem.split("_")) | {path.parent.name})
    ]

    assert found == []


def test_a_feature_holds_the_usual_files_and_the_few_named_here():
    features = sorted(path.parent for path in PACKAGES.glob("*/__init__.py"))
    strange = {
        f"{feature.name}/{path.name}"
        for feature in features
        for path in feature.glob("*.py")
        if path.stem not in USUAL | ONE_OF_A_KIND.get(feature.name, set())
    }
    gone = {
        f"{name}/{stem}.py"
        for name, stems in ONE_OF_A_KIND.items()
        for stem in stems
        if not (PACKAGES / name / f"{stem}.py").exists()
    }

    assert len(features) > 10
    assert strange == set()
    assert gone == set()


def test_no_file_is_too_long_to_read_at_a_sitting():
    code = [*python_files("marketplace", "search", "tests")]
    pages = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    styles = [path for path in (ROOT / "assets").rglob("*") if path.suffix in (".scss", ".js")]
    lines = {path.relative_to(ROOT).as_posix(): _lines(path) for path in (*code, *pages, *styles)}

    assert len(lines) > 100
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}


def test_nothing_is_left_for_later():
    later = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
    found = [
        path.relative_to(ROOT).as_posix()
        for folder in WRITTEN_BY_US
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".html", ".txt", ".scss", ".js", ".md", ".toml")
        and later.search(path.read_text("utf-8"))
    ]

    assert found == []


@pytest.mark.parametrize("unwanted", ["marketplace", "flask", "sqlalchemy"])
def test_search_knows_nothing_of_the_web_or_the_database(unwanted: str):
    found = [
        path.relative_to(ROOT).as_posix()
        for path in python_files("search")
        if any(name.partition(".")[0].startswith(unwanted) for name in imports(path))
    ]

    assert found == []


@pytest.mark.parametrize("low", ["audit", "outbox", "mail"])
def test_what_lies_underneath_imports_no_feature_above_it(low: str):
    underneath = {"audit", "outbox", "mail", "web"}
    found = {
        f"{named(path)} imports {name}"
        for path in (PACKAGES / low).glob("*.py")
        for name in imports(path)
        if name.startswith("marketplace.")
        and (PACKAGES / name.split(".")[1]).is_dir()
        and name.split(".")[1] not in underneath
    }

    assert found == set()


def test_models_import_no_verbs_and_services_no_pages():
    found = {
        f"{named(path)} imports {name}"
        for stem, above in (
            ("models", {"services", "queries", "forms", "routes"}),
            ("services", {"forms", "routes", "views"}),
            ("queries", {"forms", "routes", "views"}),
        )
        for path in PACKAGES.rglob(f"{stem}.py")
        for name in imports(path)
        if name.startswith("marketplace.") and above & set(name.split(".")[2:])
    }

    assert found == set()


def _lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())
