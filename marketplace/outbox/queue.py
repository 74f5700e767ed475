"""The queue that outbox rows are handed to: Huey on SQLite in the data folder, or on Redis."""

from datetime import timedelta

from flask import Flask
from huey import Huey, SqliteHuey, crontab
from huey.api import Huey as HueyBase

from marketplace import clock
from marketplace.config import Settings
from marketplace.extensions import db
from marketplace.outbox import services

KEEP_DONE = timedelta(days=14)
URGENT = 10  # its priority; everything else has none


def build(settings: Settings) -> Huey:
    """The queue of this deployment."""
    if settings.redis_url:
        from huey import PriorityRedisHuey  # needs the extra `redis`

        return PriorityRedisHuey("placeful", url=settings.redis_url, results=False)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("placeful", filename=str(settings.data_dir / "queue.db"), results=False, fsync=False)


def connect(app: Flask, huey: HueyBase) -> None:
    """Register the tasks of the queue and hand committed rows to it."""

    @huey.task(name="outbox_row")
    def run_row(row_id: int) -> None:
        with app.app_context():
            services.carry_out(row_id, now=clock.now())

    @huey.periodic_task(crontab(minute="*"), name="outbox_sweep")
    def sweep() -> None:
        with app.app_context():
            for row_id in services.due_ids(clock.now() - timedelta(seconds=30)):
                run_row(row_id)

    @huey.periodic_task(crontab(minute="17", hour="6"), name="outbox_daily")
    def every_day() -> None:
        with app.app_context():
            services.forget_done(clock.now() - KEEP_DONE)
            for name in sorted(services.DAILY):
                services.add(name)
            db.session.commit()

    @huey.periodic_task(crontab(minute="7"), name="outbox_hourly")
    def every_hour() -> None:
        with app.app_context():
            for name in sorted(services.HOURLY):
                services.add(name)
            db.session.commit()

    def hand_over(row_id: int, *, urgent: bool = False, delay: float = 0) -> None:
        if delay:
            run_row.schedule((row_id,), delay=delay)
        else:
            run_row(row_id, priority=URGENT if urgent else 0)

    app.extensions["huey"] = huey
    services.hand_over_with(hand_over)
