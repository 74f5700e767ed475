"""Once a day, what is too old to be of use is forgotten."""

from marketplace import clock, outbox
from marketplace.exposure import services

outbox.daily("exposure.forget")


@outbox.handles("exposure.forget")
def forget() -> None:
    services.forget_old(clock.today())
