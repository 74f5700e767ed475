"""Letters about answers, questions and decisions: to everybody at an organisation, each once."""

from datetime import datetime
from typing import Any

from flask import url_for

from marketplace import mail
from marketplace.opportunities.models import Opportunity
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import Organisation
from marketplace.responses.models import Response


def tell(
    letter: str, organisation: Organisation, about: Opportunity, *, key: str, now: datetime, **context: Any
) -> None:
    """Write to each person at the organisation; a second letter with the same key is not written."""
    words = {"other_name": about.organisation.name, "words": "", "reason": "", "what": "", **context}
    for person in organisations.members_of(organisation.id):
        mail.queue(
            letter, to_user=person, now=now, key=f"{key}:{person.id}", person_name=person.name,
            organisation_name=organisation.name, listing_title=about.title, **words,
        )  # fmt: skip


def tell_supplier(response: Response, letter: str, *, now: datetime, key: str = "", **context: Any) -> None:
    """Write to whoever gave an answer, with the way to it."""
    tell(
        letter, response.supplier, response.opportunity, key=key or f"{letter}:{response.id}", now=now,
        reason=response.reason, did_well=response.did_well, do_better=response.do_better,
        url=url_for("responses.show", response_id=response.id), **context,
    )  # fmt: skip
