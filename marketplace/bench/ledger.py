"""How long it takes to prove a ledger of many entries, and what it says of one that was tampered with."""

import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import flask_migrate
from sqlalchemy import text

from marketplace import clock, create_app
from marketplace.bench.apart import machine
from marketplace.bench.filling import insert, place_rows
from marketplace.bench.generated import County
from marketplace.config import Settings
from marketplace.extensions import db
from marketplace.ledger import services, verifying
from marketplace.ledger.models import Side, Stage
from marketplace.ledger.services import About
from marketplace.listings.models import Listing, ListingStatus, Quantity
from marketplace.needs.models import Need
from marketplace.organisations.models import Organisation
from marketplace.paths import MIGRATIONS
from marketplace.pledges.models import Pledge, PledgeStatus

AT_ONCE = 400  # pledges in one transaction
ORGANISATIONS, NEEDS = 200, 500
STEPS = (Stage.PROMISED, Stage.ACCEPTED, Stage.DELIVERED, Stage.CONFIRMED)
A_PLEDGE = len(STEPS) + 1  # entries: each step, and a correction of the first
PROMISED, TAKEN = 8, 6  # of each pledge
PLENTY = 1_000_000_000  # what each need asks for

Call = Callable[[], None]


def measure(database_url: str, entries: int, seed: int) -> dict[str, Any]:
    """Enter pledges as the application does, verify, change one row behind its back, and verify again.

    Whole pledges are entered, so there may be a few entries more than asked for.
    """
    pledges = -(-entries // A_PLEDGE)
    with tempfile.TemporaryDirectory(prefix="placeful-bench-", ignore_cleanup_errors=True) as folder:
        settings = Settings(
            secret_key=secrets.token_hex(),
            data_dir=Path(folder),
            database_url=database_url,
            base_url="http://localhost",
        )
        app = create_app(settings)
        with app.app_context():
            try:
                flask_migrate.upgrade(directory=str(MIGRATIONS))
                filled = _timed(lambda: _fill(County(seed), pledges))
                whole = _timed(lambda: _expect(faults=0))
                _tamper(pledges * A_PLEDGE // 2)
                tampered = _timed(lambda: _expect(faults=1))
                name = db.engine.dialect.name
            finally:
                db.session.remove()
                db.engine.dispose()
    return {
        "database": name,
        "entries": pledges * A_PLEDGE,
        "fill": filled,
        "verify": whole,
        "verify_tampered": tampered,
        "machine": machine(),
    }


def table(runs: list[dict[str, Any]]) -> str:
    """The figures as people read them, a line a database."""
    lines = [
        f"{'database':<12}{'entries':>11}{'fill s':>10}{'verify s':>10}{'of processor':>14}{'found in s':>12}"
    ]
    for run in runs:
        verify: Mapping[str, float] = run["verify"]
        lines.append(
            f"{run['database']:<12}{run['entries']:>11,}{run['fill']['seconds']:>10.1f}{verify['seconds']:>10.1f}"
            f"{verify['processor_seconds']:>14.1f}{run['verify_tampered']['seconds']:>12.1f}"
        )
    return "\n".join(lines)


def _timed(work: Call) -> dict[str, float]:
    clock_began, processor_began = time.perf_counter(), time.process_time()
    work()
    return {
        "seconds": round(time.perf_counter() - clock_began, 2),
        "processor_seconds": round(time.process_time() - processor_began, 2),
    }


def _expect(*, faults: int) -> None:
    report = verifying.verify()
    db.session.rollback()
    if report.count != faults:
        raise AssertionError(f"{report.count} faults, not {faults}: {report.faults[:3]}")


def _tamper(number: int) -> None:
    """Change one row as somebody who owns the database can."""
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            connection.execute(text("DROP TRIGGER ledger_entry_kept_update"))
        connection.execute(
            text("UPDATE ledger_entry SET evidence = 'made up' WHERE id = :id"), {"id": number}
        )


def _fill(county: County, pledges: int) -> None:
    now = clock.now()
    insert(place_rows(county))
    insert({Organisation: [_organisation(number, now) for number in range(1, ORGANISATIONS + 1)]})
    needs = range(1, NEEDS + 1)
    taken = Counter(_need(number) for number in range(1, pledges + 1))
    lines = [
        {"listing_id": number, "kind": "goods", "wanted": PLENTY, "promised": TAKEN * taken[number]}
        for number in needs
    ]
    insert(
        {
            Listing: [_listing(number, now) for number in needs],
            Need: [{"id": number} for number in needs],
            Quantity: lines,
        }
    )
    for start in range(1, pledges + 1, AT_ONCE):
        some = range(start, min(start + AT_ONCE, pledges + 1))
        insert({Pledge: [_pledge(number, now) for number in some]})
        with db.session.begin():
            for number in some:
                _enter(number, now)


def _enter(number: int, now: datetime) -> None:
    for stage in STEPS:
        quantity = PROMISED if stage is Stage.PROMISED else TAKEN
        services.enter(f"pledge:{number}/{stage}", stage, quantity, _about(number), actor=None, now=now)
    first = f"pledge:{number}/{STEPS[0]}"
    services.correct(f"{first}-1", first, TAKEN - PROMISED, actor=None, now=now)


def _about(number: int) -> About:
    return About(
        side=Side.SUPPORT,
        kind="goods",
        unit="items",
        giver_id=_giver(number),
        receiver_id=_receiver(number),
        listing_id=_need(number),
        pledge_id=number,
        ward_code=f"W{number % 120:03}",
    )


def _need(number: int) -> int:
    return number % NEEDS + 1


def _giver(number: int) -> int:
    return number % (ORGANISATIONS // 2) + 1


def _receiver(number: int) -> int:
    return ORGANISATIONS // 2 + 1 + number % (ORGANISATIONS // 2)


def _organisation(number: int, now: datetime) -> dict[str, Any]:
    return {"id": number, "place_id": 1, "kind": "voluntary", "name": f"Group {number}", "created_at": now}


def _listing(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "family": "need",
        "place_id": 1,
        "organisation_id": _receiver(number),
        "title": f"Need {number}",
        "status": ListingStatus.PUBLISHED,
        "created_at": now,
        "updated_at": now,
        "published_at": now,
    }


def _pledge(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "listing_id": _need(number),
        "quantity_id": _need(number),
        "giver_id": _giver(number),
        "receiver_id": _receiver(number),
        "quantity": PROMISED,
        "each": PROMISED,
        "accepted": TAKEN,
        "held": TAKEN,
        "status": PledgeStatus.ACCEPTED,
        "form_key": f"form {number}",
        "created_at": now,
        "offered_at": now,
    }
