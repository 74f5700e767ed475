"""A council that wants sixty lunches, a larder and a baker that could make them, and somebody at each."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from flask import Flask

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.listings import services as listings
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.responses import deciding, services
from marketplace.responses.deciding import Decision
from marketplace.responses.models import Outcome, OutcomeKind, Response
from marketplace.responses.services import AnswerDetails, Feedback
from tests.factories import NOON, OpportunityFactory, OrganisationFactory
from tests.scenes import member_of

LATER = NOON + timedelta(days=3)
WHY = Feedback(reason="The price was too high", did_well="A fine menu.", do_better="Say what a lunch costs.")


@dataclass
class Scene:
    """Who answers whom."""

    opportunity: Opportunity
    larder: Organisation
    cook: User
    buyer: User
    others: list[Response] = field(default_factory=list)

    def answer(self, words: str = "We could, on the 3rd.", **details: object) -> Response:
        return services.respond(
            self.opportunity,
            AnswerDetails(words=words, **details),  # type: ignore[arg-type]  # whatever the test says
            supplier=self.larder,
            actor=self.cook,
            now=NOON,
        )

    def another(self, name: str = "Crook Bakery", **details: object) -> Response:
        """An answer of somebody else."""
        baker = OrganisationFactory(name=name, kind=OrganisationKind.BUSINESS)
        answer = AnswerDetails(words="So could we.", **details)  # type: ignore[arg-type]  # whatever the test says
        response = services.respond(
            self.opportunity, answer, supplier=baker, actor=member_of(baker), now=NOON
        )
        self.others.append(response)
        return response

    def close(self, *, now: datetime = NOON) -> None:
        listings.close(self.opportunity, actor=self.buyer, now=now)

    def decide(self, *, now: datetime = LATER, feedback: dict | None = None, **decision: object) -> Outcome:
        """The larder wins £900, unless the test says otherwise; everyone else hears why."""
        if self.opportunity.is_open:
            self.close()
        given = {"kind": OutcomeKind.AWARDED, "winner": self.larder, "value": 900, **decision}
        if feedback is None:
            feedback = {each.id: WHY for each in db.session.scalars(db.select(Response))}
        made = Decision(**given)  # type: ignore[arg-type]  # whatever the test says
        return deciding.decide(self.opportunity, made, feedback, actor=self.buyer, now=now)


@pytest.fixture
def scene(app: Flask) -> Scene:
    opportunity = OpportunityFactory(organisation__name="Town Council")
    larder = OrganisationFactory(name="Tow Law Larder", kind=OrganisationKind.BUSINESS)
    found = Scene(opportunity, larder, member_of(larder), member_of(opportunity.organisation))
    db.session.commit()
    return found
