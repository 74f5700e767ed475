"""Several people at the same moment, on a real database."""

import threading
from collections.abc import Callable, Sequence

from flask import Flask

from marketplace.errors import Refused
from marketplace.extensions import db

REFUSED = "refused: "


def at_once(app: Flask, acts: Sequence[Callable[[], object]]) -> list[str]:
    """Run each act in a thread with a context of its own, all let go together, and commit it.

    Returns in any order what became of them: “done”, “refused: ” and the sentence, or what went wrong.
    """
    start = threading.Barrier(len(acts))
    ended: list[str] = []

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            start.wait(timeout=30)
            try:
                act()
                db.session.commit()
                ended.append("done")
            except Exception as error:  # noqa: BLE001  # whatever it is, the test names it
                db.session.rollback()
                ended.append(f"{REFUSED}{error}" if isinstance(error, Refused) else repr(error))

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    db.session.rollback()
    db.session.expire_all()
    return ended
