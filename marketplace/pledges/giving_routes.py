"""What was given and what came: each time of a promise, from both ends."""

from functools import partial
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import clock
from marketplace.access import requires
from marketplace.files import services as files
from marketplace.files.models import File
from marketplace.files.receiving import takes_files
from marketplace.pledges import page_views, services
from marketplace.pledges.models import Delivery, DeliveryStatus
from marketplace.pledges.move_forms import (
    MOST_FILES,
    ConfirmForm,
    DeliverForm,
    DisputeForm,
    NotDeliveredForm,
)

bp = Blueprint("pledges_giving", __name__, url_prefix="/deliveries/<int:delivery_id>")


@bp.get("")
@requires("delivery.see", Delivery)
def show(delivery: Delivery) -> ResponseReturnValue:
    """The page of its pledge, where the page_views speak of this time."""
    return page_views.page(delivery.pledge, delivery=delivery)


@bp.post("/give")
@takes_files(MOST_FILES)
@requires("delivery.give", Delivery)
def deliver(delivery: Delivery) -> ResponseReturnValue:
    form = DeliverForm()

    def verb(**who: Any) -> None:
        is_news = delivery.status is DeliveryStatus.PLANNED  # a form that comes twice leaves its files once
        kept = _kept(form, delivery) if is_news else ()
        services.deliver(delivery, form.quantity.data, form.words.data or "", files=kept, **who)

    done = "Marked as given. They are asked whether it came."
    return page_views.made(delivery.pledge, form, verb, done, delivery=delivery)


def _kept(form: DeliverForm, delivery: Delivery) -> tuple[File, ...]:
    """The evidence, which both ends and the convener may see."""
    pledge, actor = delivery.pledge, current_user._get_current_object()
    return tuple(
        files.store(
            checked, organisation=pledge.giver, actor=actor, now=clock.now(), readers=(pledge.receiver_id,)
        )
        for checked in form.file.checked
    )


@bp.post("/did-not-come")
@requires("delivery.move", Delivery)
def not_delivered(delivery: Delivery) -> ResponseReturnValue:
    form, end = NotDeliveredForm(), page_views.own_end(delivery.pledge)

    def verb(**who: Any) -> None:
        services.not_delivered(delivery, form.reason.data, end=end, **who)

    done = "Thank you for saying so. They know."
    return page_views.made(delivery.pledge, form, verb, done, delivery=delivery)


@bp.post("/confirm")
@requires("delivery.receive", Delivery)
def confirm(delivery: Delivery) -> ResponseReturnValue:
    form = ConfirmForm()

    def verb(**who: Any) -> None:
        services.confirm(delivery, form.quantity.data, form.words.data or "", **who)

    done = "Confirmed. Thank you for saying so."
    return page_views.made(delivery.pledge, form, verb, done, delivery=delivery)


@bp.post("/dispute")
@requires("delivery.move", Delivery)
def dispute(delivery: Delivery) -> ResponseReturnValue:
    form, end = DisputeForm(), page_views.own_end(delivery.pledge)

    def verb(**who: Any) -> None:
        services.dispute(delivery, form.words.data, end=end, **who)

    done = "The convener looks at it, and writes to both of you."
    return page_views.made(delivery.pledge, form, verb, done, delivery=delivery)


@bp.post("/ask-to-verify")
@requires("delivery.move", Delivery)
def ask_to_verify(delivery: Delivery) -> ResponseReturnValue:
    verb, pledge = partial(services.ask_to_verify, delivery), delivery.pledge
    return page_views.plain(pledge, "ask_to_verify", verb, "The convener will check it.", delivery=delivery)


@bp.post("/certify")
@requires("delivery.give", Delivery)
def certify(delivery: Delivery) -> ResponseReturnValue:
    verb, pledge = partial(services.certify, delivery), delivery.pledge
    return page_views.plain(
        pledge, "certify", verb, "Certified. It goes into your reports.", delivery=delivery
    )
