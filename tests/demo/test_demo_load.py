"""Loading the demo where there is something already, and with the power cut while it writes."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from marketplace.demo import queries
from marketplace.demo.cli import demo as command
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.organisations.models import Organisation
from marketplace.places import services as place_services
from tests.demo.conftest import everything
from tests.demo.loading import WRITING, killed_at
from tests.factories import OrganisationFactory


def test_the_demo_is_not_mixed_with_real_organisations(app: Flask):
    OrganisationFactory()
    db.session.commit()

    answer = CliRunner().invoke(command, ["load"])

    assert isinstance(answer.exception, Refused)
    assert "holds real organisations" in str(answer.exception)
    db.session.rollback()
    assert db.session.scalar(db.select(db.func.count(Organisation.id))) == 1


def test_a_place_added_before_may_become_the_demo_while_it_has_no_organisations(app: Flask):
    place_services.add_place()
    db.session.commit()

    assert not queries.is_loaded()
    assert not queries.has_real_organisations()


@pytest.mark.usefixtures("only_on_sqlite")
def test_killed_while_it_writes_nothing_of_it_is_there(app: Flask, tmp_path: Path):
    killed_at(WRITING, app, tmp_path / "data")

    assert not queries.is_loaded()
    assert all(rows == [] for rows in everything().values())
