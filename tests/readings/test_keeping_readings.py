"""Texts are read once, and again when they change or the words of the place are learned anew."""

import numpy as np
import pytest

from marketplace import outbox
from marketplace.extensions import db
from marketplace.matching import running, sources, texts
from marketplace.readings import queries, services
from marketplace.readings.models import RankingLexicon, Reading
from search.ranking.lexicon import Lexicon
from search.ranking.lexicon import Reading as Read
from tests.factories import NOON, NeedFactory, OfferFactory, OrganisationFactory
from tests.scenes import counted_queries


@pytest.fixture
def lexicon(app) -> Lexicon:
    """Of a place that talks of chairs and vans."""
    for title in ("Stacking chairs", "A van on Saturdays", "Chairs and a van"):
        NeedFactory(title=title)
    db.session.commit()
    found = running.means(NOON).lexicon
    db.session.commit()
    return found


def kept() -> dict[str, tuple[str, bytes]]:
    return {row.key: (row.mark, row.data) for row in db.session.scalars(db.select(Reading))}


def same(one: Read, other: Read) -> bool:
    return one.to_bytes() == other.to_bytes()


def test_a_text_is_read_once_and_kept(lexicon, monkeypatch):
    (need,) = sources.wants(NOON.date(), lexicon, ids=[NeedFactory(title="Chairs").id])
    before = kept()
    monkeypatch.setattr(Lexicon, "read", None)  # would fail if anything were read
    (again,) = sources.wants(NOON.date(), lexicon, ids=[int(need.key)])

    assert f"need:{need.key}" in before
    assert kept() == before
    assert need.reading is not None
    assert again.reading is not None
    assert same(again.reading, need.reading)


def test_a_reading_that_is_kept_is_the_reading_of_its_text(lexicon):
    said = services.Said(OrganisationFactory().id, "Chairs", "Stacking chairs for a village hall.")
    (fresh,) = lexicon.read([said])
    services.read({"need:999": said}, lexicon)
    found = queries.kept(["need:999", "need:998"], lexicon)

    assert set(found) == {"need:999"}
    assert same(found["need:999"], fresh)
    assert np.isclose(np.linalg.norm(found["need:999"].words[1]), 1.0)


def test_a_text_that_changed_unseen_is_read_anew_and_the_others_are_not(lexicon):
    need, other = NeedFactory(title="Chairs"), NeedFactory(title="Vans")
    sources.wants(NOON.date(), lexicon)
    before = kept()
    need.title = "A van on Saturdays"
    db.session.commit()
    renewed = [services.renew(some, lexicon) for some in texts.everything()]
    after = kept()

    assert sum(renewed) == len(after) - len(before) + 1  # profiles were not read before
    assert after[f"need:{need.id}"] != before[f"need:{need.id}"]
    assert after[f"need:{other.id}"] == before[f"need:{other.id}"]
    assert [services.renew(some, lexicon) for some in texts.everything()] == [0] * len(renewed)


@pytest.mark.parametrize("maker", [NeedFactory, OfferFactory])
def test_what_is_edited_is_read_anew_by_its_job(lexicon, maker):
    listing = maker(title="Chairs")
    key = f"{listing.family.value}:{listing.id}"
    services.readings([key], texts.of, lexicon)
    before = kept()[key]
    listing.title = "A van on Saturdays"
    outbox.add("matching.listing", listing_id=listing.id)
    db.session.commit()
    outbox.drain()

    assert kept()[key] != before


def test_another_lexicon_reads_everything_anew(lexicon):
    need = NeedFactory(title="Chairs")
    key = f"need:{need.id}"
    services.readings([key], texts.of, lexicon)
    before = kept()[key]
    NeedFactory(title="Lunch and a cold buffet", body="A cold buffet for a conference.")
    db.session.commit()
    newer = running.learn_words(NOON)
    assert newer.version != lexicon.version
    assert queries.kept([key], newer) == {}
    found = services.readings([key], texts.of, newer)

    assert set(found) == {key}
    assert kept()[key] != before
    assert kept()[key][0].startswith(newer.version)


def test_the_same_words_learned_again_are_the_same_lexicon(lexicon):
    assert running.learn_words(NOON).version == lexicon.version
    assert db.session.scalar(db.select(db.func.count(RankingLexicon.id))) == 1


def test_of_many_lexicons_two_are_kept_and_the_latest_reads(lexicon):
    for number in range(4):
        NeedFactory(title=f"Word{number} word{number}", body=f"Word{number} again, and word{number}.")
        db.session.commit()
        latest = running.learn_words(NOON)
        db.session.commit()

    assert db.session.scalar(db.select(db.func.count(RankingLexicon.id))) == services.KEPT
    found = queries.lexicon()
    assert found is not None
    assert found.version == latest.version


def test_a_lexicon_is_learned_anew_when_there_is_a_quarter_more_to_read(lexicon):
    def versions() -> list[str]:
        return list(db.session.scalars(db.select(RankingLexicon.version).order_by(RankingLexicon.id)))

    list(running.renew_readings(NOON))
    assert versions() == [lexicon.version]
    for number in range(6):
        NeedFactory(title=f"Lunch for {number}", body="A hot lunch, and a cold buffet.")
    db.session.commit()
    list(running.renew_readings(NOON))
    assert len(versions()) == 2


def test_a_worker_that_still_reads_by_the_one_before_does_no_harm(lexicon):
    need = NeedFactory(title="Chairs")
    key = f"need:{need.id}"
    NeedFactory(title="Lunch", body="A cold buffet for a conference.")
    db.session.commit()
    newer = running.learn_words(NOON)
    services.readings([key], texts.of, newer)
    services.readings([key], texts.of, lexicon)  # overwrites
    services.readings([key], texts.of, newer)

    assert set(queries.kept([key], newer)) == {key}


def test_the_lexicon_of_another_database_is_not_taken_for_this_ones(app, lexicon):
    """Ids begin anew in a database that was restored or emptied, while the process lives on."""
    app.extensions["lexicon"] = "elsewhere", Lexicon.fit([services.Said(1, "Quite other words", "")])
    found = queries.lexicon()

    assert found is not None
    assert found.version == lexicon.version


def test_keys_of_nothing_are_left_out(lexicon):
    assert services.readings(["need:999", "work:7", "profile:99"], texts.of, lexicon) == {}
    services.forget_changed(["need:999"], texts.of, lexicon)


def test_only_what_says_something_else_is_forgotten(lexicon):
    edited, left, gone = (NeedFactory(title=title) for title in ("Chairs", "Vans", "Lunch"))
    keys = [f"need:{each.id}" for each in (edited, left, gone)]
    services.readings(keys, texts.of, lexicon)
    edited.title = "A van on Saturdays"
    db.session.delete(gone)
    db.session.commit()
    services.forget_changed(keys, texts.of, lexicon)

    assert set(queries.kept(keys, lexicon)) == {f"need:{left.id}"}


def test_many_are_read_in_as_few_statements_as_few(lexicon):
    def statements(number: int) -> int:
        ids = [NeedFactory().id for _ in range(number)]
        with counted_queries() as seen:
            services.readings([f"need:{each}" for each in ids], texts.of, lexicon)
        return len(seen)

    assert statements(2) == statements(9)
