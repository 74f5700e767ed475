"""Web and worker killed without warning, again and again, while people promise, answer, give and confirm.

    python -m tests.durability.killing --rounds 200 [--postgresql]

Each round starts `marketplace serve --no-worker` and `marketplace worker`, lets clients press buttons, and
sends SIGKILL to both at moments of their own. Whatever a client was told was done must then be in the
database. In between, and at the end, a worker finishes what waits: every letter has left once, the index says
what the database says, and the ledger verifies.
"""

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from secrets import token_hex

from flask import Flask

from marketplace import create_app
from marketplace.config import Settings
from marketplace.extensions import db
from tests.databases import postgresql_server
from tests.durability.caller import Caller, NoAnswer
from tests.durability.world import (
    PEOPLE,
    Journal,
    begin,
    free_what_is_held,
    unfinished,
    wrong,
    wrong_when_finished,
)
from tests.factories import PASSWORD

PATIENCE = 60.0  # seconds for a process to be ready
TO_FINISH = 300.0  # seconds for the worker: what was lost on the way to the queue is swept up once a minute
ALIVE = (0.3, 2.5)  # seconds of pressing buttons before the first is killed, and at most between the two
FINISHES_EVERY = 50  # rounds
GIVE = re.compile(r"/deliveries/(\d+)/give")


@dataclass
class Round:
    """One life of the two processes, and who talks to them."""

    address: str
    web: subprocess.Popen[bytes]
    worker: subprocess.Popen[bytes]
    stop: threading.Event = field(default_factory=threading.Event)


def run(rounds: int, database_url: str, *, seed: int, folder: Path) -> Counter[str]:
    """So many rounds; returns how often each thing was acknowledged. AssertionError names what was lost."""
    environment = _environment(folder, database_url)
    app = _app(folder, database_url, environment["SECRET_KEY"])
    random = Random(f"{seed} kills")
    with app.app_context():
        journal = Journal(begin())
        db.session.remove()
    callers: dict[str, Caller] = {}
    for number in range(1, rounds + 1):
        with _served(environment, folder, number) as life:
            if not callers:
                callers |= {email: _signed_in(life.address, email) for email in PEOPLE}
            _press_until_killed(life, callers, journal, random)
        problems = _checked(app, journal)
        if number % FINISHES_EVERY == 0 or number == rounds:
            problems += _finished(app, environment, folder)
        assert not problems, f"after round {number}: {problems[:10]}"
        print(f"round {number}: {sum(journal.counts().values())} acknowledged", flush=True)
    with app.app_context():
        db.engine.dispose()
    return journal.counts()


def _press_until_killed(life: Round, callers: Mapping[str, Caller], journal: Journal, random: Random) -> None:
    """Everybody presses buttons; the two are killed one after the other, in either order."""
    for caller in callers.values():
        caller.address = life.address
        caller.get("/desk")  # what a new process reads first takes longer than it may have to live
    givers = [email for email in PEOPLE if email.startswith("giver")]
    threads = [
        threading.Thread(
            target=_press,
            args=(life, callers[email], callers["charity@kill.example"], journal, Random(random.random())),
        )
        for email in givers
    ]
    for thread in threads:
        thread.start()
    first, second = random.sample([life.web, life.worker], 2)
    time.sleep(random.uniform(*ALIVE))
    first.send_signal(signal.SIGKILL)
    time.sleep(random.uniform(0, ALIVE[1]) if first is life.worker else random.uniform(0, 0.2))
    second.send_signal(signal.SIGKILL)
    life.stop.set()
    for thread in threads:
        thread.join(timeout=PATIENCE)


def _press(life: Round, giver: Caller, charity: Caller, journal: Journal, random: Random) -> None:
    """One giver and the charity, promise after promise, until the server is gone."""
    try:
        while not life.stop.is_set():
            _one_promise(giver, charity, journal, random)
    except NoAnswer:
        return


def _one_promise(giver: Caller, charity: Caller, journal: Journal, random: Random) -> None:
    key, need = token_hex(8), random.choice(journal.needs)
    promise = {"quantity_id": need, "each": random.randint(1, 4), "rhythm": "once", "form_key": key}
    answer = giver.post(f"/needs/{need}/pledge", **promise)
    if not answer.is_done:
        journal.note("no", 0)
        return
    pledge = int(answer.goes_to.rsplit("/", 1)[-1])
    journal.note("promise", pledge, key)
    if random.random() < 0.2:
        giver.post(f"/needs/{need}/pledge", **promise)  # a double click
    if random.random() < 0.15:
        if giver.post(f"/pledges/{pledge}/withdraw", reason="It took too long").is_done:
            journal.note("withdraw", pledge)
        return
    if not charity.post(f"/pledges/{pledge}/accept").is_done:
        return
    journal.note("accept", pledge)
    found = GIVE.search(giver.get(f"/pledges/{pledge}").text)
    if found is None or random.random() < 0.2:
        return
    delivery = int(found.group(1))
    if giver.post(f"/deliveries/{delivery}/give", quantity=1, words="Here they are.").is_done:
        journal.note("give", delivery)
        if charity.post(f"/deliveries/{delivery}/confirm", quantity=1).is_done:
            journal.note("confirm", delivery)


def _checked(app: Flask, journal: Journal) -> list[str]:
    with app.app_context():
        try:
            return wrong(journal)
        finally:
            db.session.remove()
            db.engine.dispose()


def _finished(app: Flask, environment: Mapping[str, str], folder: Path) -> list[str]:
    """A worker carries out all that waits; then everything must have happened once."""
    with app.app_context():
        free_what_is_held()
        db.session.remove()
    worker = _start(environment, folder, "worker")
    try:
        until = time.monotonic() + TO_FINISH
        with app.app_context():
            while unfinished():
                db.session.rollback()
                assert time.monotonic() < until, "the worker did not finish what waits"
                time.sleep(0.2)
    finally:
        worker.kill()
        worker.wait()
    with app.app_context():
        try:
            return wrong_when_finished(folder)
        finally:
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _served(environment: Mapping[str, str], folder: Path, number: int) -> Iterator[Round]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    web = _start(environment, folder, "serve", "--no-worker", "--port", str(port))
    worker = _start(environment, folder, "worker")
    try:
        _wait_for(port, web, folder, number)
        yield Round(f"http://127.0.0.1:{port}", web, worker)
    finally:
        for process in (web, worker):
            process.kill()
            process.wait()


def _start(environment: Mapping[str, str], folder: Path, *command: str) -> subprocess.Popen[bytes]:
    with (folder / f"{command[0]}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "marketplace", *command], env=dict(environment), stdout=log, stderr=log
        )


def _wait_for(port: int, web: subprocess.Popen[bytes], folder: Path, number: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if web.poll() is not None:
            break
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    said = (folder / "serve.log").read_text(errors="replace")[-500:]
    raise AssertionError(f"in round {number} the server did not start: {said}")


def _signed_in(address: str, email: str) -> Caller:
    caller = Caller(address)
    caller.sign_in(email, PASSWORD)
    return caller


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "PYTHONPATH")
    }
    return kept | {
        "SECRET_KEY": token_hex(),
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "BASE_URL": "http://127.0.0.1",
    }


def _app(folder: Path, database_url: str, secret_key: str) -> Flask:
    settings = Settings(
        secret_key=secret_key, data_dir=folder, database_url=database_url, base_url="http://127.0.0.1"
    )
    return create_app(settings)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=200)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--postgresql", action="store_true")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="placeful-kill-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        if given.postgresql:
            with postgresql_server(home / "pg") as url:
                found = run(given.rounds, url, seed=given.seed, folder=home)
        else:
            found = run(given.rounds, "", seed=given.seed, folder=home)
    print(f"{given.rounds} rounds, nothing lost, nothing twice: {dict(found)}")


if __name__ == "__main__":
    main()
