"""Many clients at once on the same few needs: nothing over, nothing doubled, nothing lost.

Each client waits for its answer before it asks again. As in the web server, a fixed number of threads answers
them in the order they come, or a few processes; each attempt has a session of its own, calls the product's
verbs and commits, as a page does. What each client was told (“done”, “no”) is kept and compared with the
database in the end.
"""

import secrets
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask

from marketplace import clock, create_app
from marketplace.accounts import queries as accounts
from marketplace.accounts.models import User
from marketplace.bench import steadiness
from marketplace.bench.figures import milliseconds
from marketplace.bench.filling import insert
from marketplace.config import Settings
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.ledger import verifying
from marketplace.listings import services as listings
from marketplace.listings.models import Family, Listing, ListingStatus, Quantity, QuantityKind
from marketplace.needs.models import Need
from marketplace.organisations.models import Membership, Organisation, OrganisationKind
from marketplace.places.models import Place
from marketplace.pledges import lapsing, services
from marketplace.pledges.models import HOLDS, End, Pledge
from marketplace.serve import THREADS, settle_down
from marketplace.setup import bring_up_to_date

KINDS = ("pledge", "accept", "withdraw", "change", "expire")
NEEDS, GIVERS = 4, 16
WANTED = 2_000  # items on each need's one line at first
SENT_AGAIN = 0.1  # of forms: a double click, or a page sent anew
LATER = timedelta(days=60)  # past every day by which something lapses


@dataclass
class Told:
    """What clients were told, and how long they waited to hear it."""

    promised: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))  # form key: pledges
    done: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))  # kind: pledges
    ended: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt: what of, and the chance in it."""

    kind: str
    chance: float
    pledge_id: int = 0
    need_id: int = 0
    line_id: int = 0
    giver_id: int = 0
    form_key: str = ""


def measure(
    database_url: str, *, clients: int, attempts: int, seed: int, processes: int = 0
) -> dict[str, Any]:
    """So many attempts of each kind, in any order, shared among the clients.

    The threads of one server process answer them, or so many processes of one thread each.
    """
    with _app(database_url) as app:
        bring_up_to_date()
        _fill()
        race = Race(seed)
        order = [kind for kind in KINDS for _ in range(attempts)]
        Random(seed).shuffle(order)  # noqa: S311  # repeatable, not secret
        with _server(app, processes) as server, steadiness.watched() as machine:
            began = time.perf_counter()
            race.run(order, clients, server)
            seconds = time.perf_counter() - began
        return {
            "database": db.engine.dialect.name,
            "clients": clients,
            "processes": processes,
            "attempts": len(order),
            "seconds": round(seconds, 1),
            "each_second": round(len(order) / seconds, 1),
            "kinds": {kind: _kind(race.told, kind) for kind in KINDS},
            "machine": machine,
            **_wrong(race.told),
        }


class Race:
    """The clients, and what they know of each other's pledges."""

    def __init__(self, seed: int) -> None:
        self.told = Told()
        self._seed = seed
        self._lock = threading.Lock()
        lines = db.select(Quantity.id, Quantity.listing_id).order_by(Quantity.id)
        self._lines = [tuple(row) for row in db.session.execute(lines)]
        self._pledges: list[int] = []
        self._forms: list[Task] = []  # to be sent again
        db.session.remove()

    def run(self, order: Sequence[str], clients: int, server: Executor) -> None:
        """Every attempt in its order, each by whichever client is free."""
        waiting = iter(order)
        start = threading.Barrier(clients)

        def client(number: int) -> None:
            random = Random(f"{self._seed} {number}")  # noqa: S311  # repeatable, not secret
            start.wait()
            while (kind := self._next(waiting)) is not None:
                if (task := self._task(kind, random)) is not None:
                    self._ask(task, server)

        threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _next(self, waiting: Iterator[str]) -> str | None:
        with self._lock:
            return next(waiting, None)

    def _task(self, kind: str, random: Random) -> Task | None:
        """What the client would do; None while there is nothing yet to do it to."""
        with self._lock:
            if kind == "pledge":
                return self._form(random)
            if kind == "change":
                line_id, need_id = random.choice(self._lines)
                return Task(kind, random.random(), need_id=need_id, line_id=line_id)
            latest = self._pledges[-100:]  # an old one has ended, and says no to everything
            if latest:
                return Task(kind, random.random(), pledge_id=random.choice(latest))
            self.told.ended[kind]["nothing yet"] += 1
            return None

    def _form(self, random: Random) -> Task:
        if self._forms and random.random() < SENT_AGAIN:
            return random.choice(self._forms[-200:])
        (line_id, need_id), giver_id = random.choice(self._lines), random.randint(1, GIVERS)
        form = Task("pledge", random.random(), 0, need_id, line_id, giver_id, secrets.token_hex(8))
        self._forms.append(form)
        return form

    def _ask(self, task: Task, server: Executor) -> None:
        asked = time.perf_counter()
        ended, number = server.submit(attempt, task).result()
        with self._lock:
            self.told.seconds[task.kind].append(time.perf_counter() - asked)
            self.told.ended[task.kind][ended] += 1
            if ended != "done":
                return
            if task.kind == "pledge":
                self.told.promised[task.form_key].add(number)
                self._pledges.append(number)
            else:
                self.told.done[task.kind].add(number)


def attempt(task: Task) -> tuple[str, int]:
    """Try it as a page would; returns how it ended and which pledge it was."""
    with _APP[0].app_context():
        try:
            number = _VERBS[task.kind](task)
            db.session.commit()
        except Refused:
            db.session.rollback()
            return "refused", 0
        except Exception as error:  # noqa: BLE001  # whatever a client would see as a failure is counted
            db.session.rollback()
            return f"{type(error).__name__}: {str(error)[:80]}", 0
        return "done", number


def _pledge(task: Task) -> int:
    actor, need = _of(task.giver_id), db.session.get_one(Need, task.need_id)
    details = services.PledgeDetails(
        quantity_id=task.line_id, each=1 + int(task.chance * 5), form_key=task.form_key, words="On Friday."
    )
    giver = actor.memberships[0].organisation
    return services.offer(need, details, giver=giver, actor=actor, now=clock.now()).id


def _accept(task: Task) -> int:
    pledge = db.session.get_one(Pledge, task.pledge_id)
    part = 1 if task.chance < 1 / 3 else None
    services.accept(pledge, quantity=part, actor=_of(pledge.receiver_id), now=clock.now())
    return task.pledge_id


def _withdraw(task: Task) -> int:
    pledge = db.session.get_one(Pledge, task.pledge_id)
    end = End.GIVER if task.chance < 1 / 2 else End.RECEIVER
    actor = _of(pledge.organisation_id_of(end))
    services.withdraw(pledge, reason="It cannot be after all", end=end, actor=actor, now=clock.now())
    return task.pledge_id


def _change(task: Task) -> int:
    need = db.session.get_one(Need, task.need_id)
    line = need.quantities[0]
    wanted = max(1, line.promised - 20 + int(task.chance * 220))
    listings.set_quantities(need, [listings.QuantityDetails(line.kind, wanted, line.what)])
    return 0


def _expire(task: Task) -> int:
    lapsing.lapse(db.session.get_one(Pledge, task.pledge_id), now=clock.now() + LATER)
    return task.pledge_id


_VERBS: Mapping[str, Callable[[Task], int]] = {
    "pledge": _pledge,
    "accept": _accept,
    "withdraw": _withdraw,
    "change": _change,
    "expire": _expire,
}
_APP: list[Flask] = []  # of this process


@contextmanager
def _server(app: Flask, processes: int) -> Iterator[Executor]:
    """Whoever answers, in a process that was got ready as `serve` does it."""
    _APP[:] = [app]
    if not processes:
        settle_down()
        with ThreadPoolExecutor(THREADS) as server:
            yield server
        return
    db.engine.dispose()
    settings, context = app.config["SETTINGS"], get_context("spawn")
    with ProcessPoolExecutor(
        processes, mp_context=context, initializer=_start_process, initargs=(settings,)
    ) as server:
        list(server.map(time.sleep, [0.5] * processes))  # all of them are up before anybody asks
        yield server


def _start_process(settings: Settings) -> None:
    _APP[:] = [create_app(settings, RATELIMIT_ENABLED=False)]
    settle_down()


def table(runs: Sequence[Mapping[str, Any]]) -> str:
    """The figures as people read them."""
    lines = []
    for run in runs:
        processes = f"{run['processes']} server processes" if run["processes"] else "one server process"
        lines.append(
            f"{run['database']}, {processes}: {run['attempts']:,} attempts by {run['clients']} clients in"
            f" {run['seconds']:,.0f} s ({run['each_second']:,.0f} a second)"
        )
        for kind, figures in run["kinds"].items():
            ms = "".join(f"{figures[at]:>10.1f}" for at in ("p50", "p95", "p99"))
            ended = ", ".join(f"{number:,} {words}" for words, number in figures["ended"].items())
            lines.append(f"  {kind:<10}{ms}   {ended}")
        lines.append(
            f"  over {run['over']}, doubled {run['doubled']}, lost {run['lost']}, failed {run['failed']};"
            f" {run['entries']:,} ledger entries with {len(run['faults'])} faults"
        )
        machine = run["machine"]
        span = f"{machine['quickest']:.1f} to {machine['p95']:.1f} ms"
        lines.append(f"  meanwhile the machine took from {span} for the same piece of work")
    return "\n".join(lines)


def _kind(told: Told, kind: str) -> dict[str, Any]:
    return {**milliseconds(told.seconds[kind]), "ended": dict(told.ended[kind])}


def _wrong(told: Told) -> dict[str, Any]:
    """What the database says against what clients were told; all of it should be nothing."""
    db.session.rollback()
    rows = {row.id: row for row in db.session.scalars(db.select(Pledge))}
    held: Counter[int] = Counter()
    for row in rows.values():
        if row.status in HOLDS:
            held[row.quantity_id] += row.held
    lines = list(db.session.scalars(db.select(Quantity)))
    instants = {"accept": "accepted_at", "withdraw": "withdrawn_at", "expire": "turn_began_at"}
    lost = [key for key, ids in told.promised.items() if not ids & rows.keys()]
    lost += [
        f"{kind} {number}"
        for kind in ("accept", "withdraw")
        for number in told.done[kind]
        if getattr(rows[number], instants[kind]) is None
    ]
    forms = Counter(row.form_key for row in rows.values())
    checked = verifying.verify()
    return {
        "over": sum(line.promised > line.wanted or line.promised != held[line.id] for line in lines),
        "doubled": sum(len(ids) > 1 for ids in told.promised.values())
        + sum(times > 1 for times in forms.values()),
        "lost": len(lost),
        "failed": sum(
            times
            for kind in KINDS
            for ended, times in told.ended[kind].items()
            if ended not in ("done", "refused", "nothing yet")
        ),
        "entries": checked.entries,
        "faults": [str(fault) for fault in checked.faults],
        "statuses": dict(Counter(row.status.value for row in rows.values())),
    }


def _of(organisation_id: int) -> User:
    """The one person of an organisation, who has its number, as the cookie of a session would name them."""
    person = accounts.who_acts(organisation_id)
    assert person is not None  # noqa: S101  # `_fill` put them there
    return person


def _fill() -> None:
    """Givers, each with a person, and one charity whose needs ask for chairs."""
    now = clock.now()
    charity = GIVERS + 1
    organisation = {
        "place_id": 1,
        "created_at": now,
        "claimed_at": now,
        "about": "",
        "kind": OrganisationKind.BUSINESS,
    }
    insert(
        {
            Place: [{"id": 1, "slug": "countyshire", "name": "Countyshire", "lat": 54.7, "lon": -1.7}],
            User: [
                {"id": n, "email": f"person{n}@race.example", "name": f"Person {n}", "password_hash": "-",
                 "created_at": now, "confirmed_at": now}
                for n in range(1, charity + 1)
            ],
            Organisation: [
                {"id": n, "name": f"Organisation {n}", **organisation} for n in range(1, charity + 1)
            ],
            Membership: [
                {"user_id": n, "organisation_id": n, "created_at": now} for n in range(1, charity + 1)
            ],
            Listing: [
                {"id": n, "family": Family.NEED, "place_id": 1, "organisation_id": charity, "title": "Chairs",
                 "status": ListingStatus.PUBLISHED, "created_at": now, "updated_at": now, "published_at": now}
                for n in range(1, NEEDS + 1)
            ],
            Need: [{"id": n} for n in range(1, NEEDS + 1)],
            Quantity: [
                {"id": n, "listing_id": n, "kind": QuantityKind.GOODS, "wanted": WANTED, "promised": 0,
                 "what": "chairs"}
                for n in range(1, NEEDS + 1)
            ],
        }
    )  # fmt: skip


@contextmanager
def _app(database_url: str) -> Iterator[Flask]:
    """The application on an empty database; its pool has room for every client."""
    with tempfile.TemporaryDirectory(prefix="placeful-bench-", ignore_cleanup_errors=True) as folder:
        settings = Settings(
            secret_key=secrets.token_hex(),
            data_dir=Path(folder),
            database_url=database_url,
            base_url="http://localhost",
        )
        app = create_app(settings, RATELIMIT_ENABLED=False)
        with app.app_context():
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()
