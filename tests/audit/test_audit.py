"""The record: what happened, to what and by whom, in the transaction that did it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace import audit, clock
from marketplace.audit.models import AuditEvent
from marketplace.extensions import db
from tests.factories import NOON, NeedFactory, OrganisationFactory, UserFactory


def the_event() -> AuditEvent:
    return db.session.scalars(select(AuditEvent)).one()


def test_an_event_names_what_when_and_who(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=1))
    user, organisation = UserFactory(), OrganisationFactory()
    audit.record("organisation.edited", organisation, actor=user, fields=["about"])
    db.session.commit()

    event = the_event()
    assert (event.name, event.at) == ("organisation.edited", NOON + timedelta(hours=1))
    assert (event.subject_type, event.subject_id) == ("organisation", organisation.id)
    assert (event.actor_id, event.details) == (user.id, {"fields": ["about"]})


def test_without_an_actor_the_system_did_it(app):
    audit.record("organisation.imported", OrganisationFactory())

    assert the_event().actor_id is None


def test_a_subject_just_made_has_an_id_in_the_record(app):
    user = UserFactory.build()
    db.session.add(user)
    audit.record("account.created", user, actor=user)

    assert user.id is not None
    assert (the_event().subject_id, the_event().actor_id) == (user.id, user.id)


def test_what_is_rolled_back_was_never_recorded(app):
    audit.record("organisation.edited", OrganisationFactory())
    db.session.rollback()

    assert db.session.scalars(select(AuditEvent)).all() == []


@pytest.mark.parametrize(("make", "table"), [(NeedFactory, "need"), (OrganisationFactory, "organisation")])
def test_the_subject_is_found_by_its_table_and_id(app, make, table):
    row = make()
    audit.record(f"{table}.looked_at", row)

    event = the_event()
    assert event.subject_type == table
    assert db.session.get(type(row), event.subject_id) is row
