"""Sending what was written, once the transaction that wrote it is safe."""

import logging

from flask import current_app

from marketplace import clock, outbox
from marketplace.config import Settings
from marketplace.extensions import db
from marketplace.mail.letters import MailRejected
from marketplace.mail.mailers import letter_of, mailer_for
from marketplace.mail.models import MailMessage

log = logging.getLogger(__name__)


@outbox.handles("mail.send")
def send(*, message_id: int) -> None:
    """Send one letter, unless it is settled already, and write down what became of it.

    No transaction is open while the provider thinks. If we fall over between its yes and our note,
    the letter goes again under the same Message-ID. Raises `MailUnavailable`: the outbox tries later.
    """
    settings: Settings = current_app.config["SETTINGS"]
    message = db.session.get_one(MailMessage, message_id)
    if message.is_settled:
        return
    letter = letter_of(message, settings)
    db.session.rollback()  # nothing was changed; this ends the reading transaction

    refusal = provider_id = ""
    try:
        provider_id = mailer_for(settings).send(letter)
    except MailRejected as rejected:
        refusal = str(rejected)
        log.warning("letter refused", extra={"mail": message_id})

    message = db.session.get_one(MailMessage, message_id)
    if refusal:
        message.refused_at, message.refusal = clock.now(), refusal
    else:
        message.sent_at, message.provider_id = clock.now(), provider_id[:255]
