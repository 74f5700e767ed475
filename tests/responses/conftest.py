"""A council that wants sixty lunches, a larder that could make them, and somebody at each."""

from dataclasses import dataclass

import pytest
from flask import Flask

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.responses import services
from marketplace.responses.models import Response
from tests.factories import NOON, OpportunityFactory, OrganisationFactory
from tests.scenes import member_of


@dataclass
class Scene:
    """Who answers whom."""

    opportunity: Opportunity
    larder: Organisation
    cook: User
    buyer: User

    def answer(self, words: str = "We could, on the 3rd.") -> Response:
        return services.respond(self.opportunity, words, supplier=self.larder, actor=self.cook, now=NOON)


@pytest.fixture
def scene(app: Flask) -> Scene:
    opportunity = OpportunityFactory(organisation__name="Town Council")
    larder = OrganisationFactory(name="Tow Law Larder", kind=OrganisationKind.BUSINESS)
    found = Scene(opportunity, larder, member_of(larder), member_of(opportunity.organisation))
    db.session.commit()
    return found
