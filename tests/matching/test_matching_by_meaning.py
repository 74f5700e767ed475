"""Where an encoder is installed, what texts mean counts in a match as it does in search."""

import numpy as np
import pytest
from flask import Flask

from marketplace.extensions import db
from marketplace.matching import running, sources
from marketplace.organisations.models import OrganisationKind
from marketplace.vectors.models import DocumentVector
from search.lazy_encoder import LazyEncoder
from search.ranking import Give, Want
from tests.factories import NOON, NeedFactory, OfferFactory, OrganisationFactory
from tests.matching.conftest import about, match_of, matches, run_all
from tests.scenes import counted_queries
from tests.search.themes import ThemeEncoder

TRANSPORT = "voluntary-transport"
GOING = (0.0, 1.0, 0.0)


@pytest.fixture
def reader(app: Flask, monkeypatch: pytest.MonkeyPatch) -> LazyEncoder:
    """An installation with an encoder."""
    reader = LazyEncoder(ThemeEncoder.name, ThemeEncoder.size, ThemeEncoder)
    monkeypatch.setitem(app.extensions, "encoder", reader)
    return reader


def keep(*keys: str, model: str = ThemeEncoder.name) -> None:
    """Have the vector of a text about transport for each of these."""
    made = np.array(GOING, "<f2").tobytes()
    db.session.add_all(DocumentVector(key=key, model=model, text_mark="", vector=made) for key in keys)
    db.session.commit()


def wants() -> list[Want]:
    return sources.wants(NOON.date(), running.means(NOON).lexicon)


def gives() -> list[Give]:
    parties = sources.parties(NOON.date(), running.means(NOON).lexicon)
    return [give for party in parties for give in party.gives]


def trip_and_bus():
    need = about(NeedFactory(title="Fridays", body="Somebody to drive our members home."), TRANSPORT)
    bus = about(OfferFactory(title="Minibus", body="Ours stands idle at weekends."), TRANSPORT)
    db.session.commit()
    return need, bus


@pytest.mark.parametrize("alone", [False, True])
def test_a_pair_that_means_the_same_fits_better_and_says_why(reader, alone):
    need, bus = trip_and_bus()
    run_all()
    before = match_of(need).score, match_of(need).model_version
    keep(f"need:{need.id}", f"offer:{bus.id}")

    if alone:
        running.match_listing(need.id, now=NOON)
    else:
        assert run_all().changed == 1

    match = match_of(need)
    assert match.score > before[0]
    assert match.score == sum(part["points"] for part in match.parts)
    assert "meaning" in {part["name"] for part in match.parts}
    assert match.model_version == f"{before[1]}+meaning"
    assert run_all().unchanged == len(matches())


def test_only_vectors_of_the_encoder_that_is_set_are_read(app, reader, monkeypatch):
    need, bus = trip_and_bus()
    keep(f"need:{need.id}", model="another")
    keep(f"offer:{bus.id}")

    def read() -> list[str]:
        return [each.key for each in [*wants(), *gives()] if each.vector == GOING]

    assert read() == [f"offer:{bus.id}"]
    monkeypatch.setitem(app.extensions, "encoder", None)
    assert read() == []


def test_what_an_organisation_says_of_itself_has_the_vector_of_the_organisation(reader):
    firm = OrganisationFactory(kind=OrganisationKind.BUSINESS, about="We drive people about.")
    firm.interests = [TRANSPORT]
    keep(f"organisation:{firm.id}")

    found = {give.key.partition(":")[0]: give.vector for give in gives()}

    assert found == {"profile": GOING, "interests": GOING}


def test_vectors_of_any_number_are_read_in_one_statement_a_side(reader):
    def statements() -> int:
        with counted_queries() as seen:
            wants()
            gives()
        assert len([each for each in seen if "document_vector" in each]) == 2
        return len(seen)

    assert wants() == gives() == []  # the first lexicon is fitted, and loaded
    keep(*(f"offer:{trip_and_bus()[1].id}" for _ in range(2)))
    few = statements()
    keep(*(f"offer:{trip_and_bus()[1].id}" for _ in range(5)))

    assert statements() == few
