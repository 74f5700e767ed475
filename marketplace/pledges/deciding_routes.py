"""The convener's queue: what the two ends see differently, what nobody confirmed, what is to be checked."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from marketplace.access import requires
from marketplace.pledges import lists, page_views, services
from marketplace.pledges.lists import Queue
from marketplace.pledges.models import Delivery
from marketplace.pledges.move_forms import SettleForm, VerifyForm

bp = Blueprint("pledges_deciding", __name__)

SHOWN = 50  # of each queue, the oldest first


@bp.get("/convener/pledges")
@requires("pledge.judge")
def index() -> ResponseReturnValue:
    queues = {queue: lists.queue_of(queue, limit=SHOWN) for queue in Queue}
    return render_template("pledges/queue.html", queues=queues)


@bp.post("/deliveries/<int:delivery_id>/settle")
@requires("delivery.judge", Delivery)
def settle(delivery: Delivery) -> ResponseReturnValue:
    form = SettleForm()

    def verb(**who: Any) -> None:
        services.settle(delivery, form.quantity.data, form.words.data, **who)

    return page_views.made(delivery.pledge, form, verb, "Settled. Both sides are told.", delivery=delivery)


@bp.post("/deliveries/<int:delivery_id>/verify")
@requires("delivery.judge", Delivery)
def verify(delivery: Delivery) -> ResponseReturnValue:
    form = VerifyForm()

    def verb(**who: Any) -> None:
        services.verify(delivery, form.quantity.data, **who)

    return page_views.made(delivery.pledge, form, verb, "Verified. It counts as checked.", delivery=delivery)
