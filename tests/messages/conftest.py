"""A hall that needs chairs, a college that has some, and somebody at each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from marketplace import clock
from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.messages import services
from marketplace.messages.models import Message, Thread
from marketplace.needs.models import Need
from marketplace.organisations.models import Organisation
from tests.factories import NOON, NeedFactory, OrganisationFactory
from tests.scenes import member_of


@dataclass
class Scene:
    """Who talks with whom about what."""

    need: Need
    hall: Organisation
    college: Organisation
    secretary: User  # of the hall
    giver: User  # of the college
    sent: int = 0

    @property
    def thread(self) -> Thread:
        return services.thread_of(self.need, self.college, now=NOON)

    def say(self, words: str, *, by: User, now: datetime = NOON, **more: Any) -> Message:
        """Somebody writes; each time it is another form, unless it is said which."""
        self.sent += 1
        organisation = self.hall if by is self.secretary else self.college
        given = {"form_key": f"form {self.sent}", **more}
        return services.post(self.thread, words, organisation=organisation, actor=by, now=now, **given)


@pytest.fixture
def scene(app: Flask) -> Scene:
    need = NeedFactory(organisation__name="Village Hall")
    college = OrganisationFactory(name="The College")
    found = Scene(need, need.organisation, college, member_of(need.organisation), member_of(college))
    db.session.commit()
    return found


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the clock, as jobs read it."""

    def set_to(instant: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: instant)

    return set_to
