"""The benchmark of digests, in a county small enough for a test: what it counts adds up."""

import json
import os

import pytest

from marketplace import clock
from marketplace.accounts.models import User
from marketplace.bench import apart, digests, going, provider
from marketplace.bench.filling_digests import FEWEST, MOST, fill
from marketplace.bench.generated import County
from marketplace.bench.usage import Used
from marketplace.discovery.models import SavedSearch
from marketplace.extensions import db
from marketplace.matching.models import Match
from marketplace.setup import bring_up_to_date
from tests.apps import another_app, as_it_was

PEOPLE = 60
CLAIM_AND_ASK = (
    "1.1\t10.0\tbefore the claim\n"
    "1.2\t10.5\trendered\n"  # of a thread whose claim was not seen
    "1.1\t11.0\tclaimed\n"
    "1.1\t12.0\trendered\n"
    "1.1\t20.0\tbefore the claim\n"
    "1.1\t20.2\tclaimed\n"
    "1.1\t21.0\trendered\n"
)


@pytest.fixture
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "LOOKS", 0.2)
    monkeypatch.setattr(going, "AT_ONCE", 8)  # on a busy machine all sixty might go first
    monkeypatch.setattr(digests, "apart", lambda work, *given: apart.weighed(work, given))


def test_a_county_is_filled_with_people_who_are_due_something(tmp_path):
    with another_app(tmp_path) as app, app.app_context():
        bring_up_to_date()
        fill(County(3), PEOPLE, now=clock.now())
        people = db.session.scalar(db.select(db.func.count(User.id)))
        each = db.session.scalars(
            db.select(db.func.count(Match.id)).where(Match.saved_at.is_(None)).group_by(Match.organisation_id)
        ).all()
        searches = db.session.scalar(db.select(db.func.count(SavedSearch.id)))

    assert people == PEOPLE
    assert PEOPLE / 3 < len(each) <= PEOPLE
    assert set(each) <= set(range(FEWEST, MOST + 1))
    assert searches


@pytest.mark.usefixtures("_quickly")
def test_every_letter_of_a_small_run_is_sent_or_dropped_and_the_provider_has_as_many():
    with as_it_was():
        figures = digests.measure(PEOPLE, workers=1, rate=0, seed=3, leaving=True)

    assert figures["sent"] + figures["dropped"] + figures["nothing_new"] <= PEOPLE
    assert figures["sent"] > 0
    assert figures["held"] == figures["refused"] == 0
    assert figures["provider"]["streams"]["digest"] == figures["sent"]
    assert figures["provider"]["streams"].get("account", 0) == figures["urgent"]["letters"]
    assert figures["provider"]["twice"] == 0
    assert figures["provider"]["faults"] == []
    assert figures["left"]["letters_after"] == 0
    assert figures["page"]["statements"]["choosing"] == figures["page"]["statements_of_half"]["choosing"]
    table = digests.table(figures)
    assert f"{figures['sent']} letters sent" in table
    assert "0 letters to them after they had" in table


def test_it_is_known_when_it_was_asked_about_a_letter(tmp_path):
    diary = tmp_path / "points.tsv"
    diary.write_text(CLAIM_AND_ASK, encoding="utf-8")

    attempts = going.read(diary)

    assert [each.asked for each in attempts] == [12.0, 21.0]
    assert going.when_asked(attempts, 10.1) == 12.0
    assert going.when_asked(attempts, 20.1) == 21.0


def test_the_provider_counts_letters_and_finds_too_much_to_substitute():
    taken = provider.Taken()
    body = {"from": {"email": "a@b.example"}, "subject": "New", "content": [{}], "categories": ["digest"]}
    person = {"custom_args": {"delivery": "mail-1@here"}, "substitutions": {"-_t0_-": "x" * 10_000}}

    assert taken.take(json.dumps({**body, "personalizations": [person]}).encode()) == [
        "too much to substitute"
    ]
    person["substitutions"] = {}
    assert taken.take(json.dumps({**body, "personalizations": [person]}).encode()) == []
    assert (taken.told()["requests"], taken.told()["letters"]) == (2, 1)


def test_what_this_process_takes_is_known():
    used = Used()
    used.of(os.getpid())
    used.look()

    assert used.processor > 0
    assert used.peak_mib > 1
