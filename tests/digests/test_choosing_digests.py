"""What a digest holds, decided by functions that only think."""

from datetime import date, timedelta

import pytest

from marketplace.digests import choosing, wording
from marketplace.digests.choosing import Candidate, Choice
from marketplace.digests.models import ItemKind
from search.ranking.fairness import FULL, Account, Bank

TODAY = date(2026, 11, 23)
_NEXT = iter(range(1, 100_000))


def candidate(fit: float | None = 60, kind: ItemKind = ItemKind.MATCH, **given) -> Candidate:
    number = next(_NEXT)
    values = {"listing_id": number, "family": "need", "asker_id": number, "closes_on": None} | given
    return Candidate(kind=kind, fit=fit, **values)


def choose(*candidates: Candidate, account: Account | None = None, bank: Bank | None = None) -> Choice | None:
    """Where everybody was seen often enough, unless the test says otherwise."""
    keys = [each.subject for each in candidates]
    account = account or Account(received=dict.fromkeys(keys, 100.0), due=dict.fromkeys(keys, 1.0))
    return choosing.choose(candidates, today=TODAY, account=account, bank=bank or Bank(), seed="a day")


def fits(choice: Choice | None) -> list[float | None]:
    return [each.fit for each in choice.items] if choice else []


def test_nothing_new_is_no_letter():
    assert choose() is None


def test_the_best_five_are_chosen_best_first_and_the_rest_counted():
    choice = choose(*(candidate(fit) for fit in (41, 90, 55, 60, 70, 45, 80)))

    assert fits(choice) == [90, 80, 70, 60, 55]
    assert (choice.left_out, len(choice.eligible)) == (2, 7)


def test_what_people_put_together_by_hand_comes_first():
    assert fits(choose(candidate(90), candidate(40, by_hand=True))) == [40, 90]


def test_a_find_stands_below_a_match_that_fits_as_well_and_above_one_that_fits_little():
    find, good, poor = candidate(60, ItemKind.FOUND), candidate(60), candidate(50)

    assert choose(find, poor, good).items == (good, find, poor)


def test_a_find_that_nobody_scored_has_its_place_among_fair_matches():
    assert fits(choose(candidate(None, ItemKind.FOUND), candidate(80), candidate(40))) == [80, None, 40]


def test_what_closes_within_a_week_is_lifted_and_what_closes_later_is_not():
    soon, later = (candidate(60, closes_on=TODAY + timedelta(days=days)) for days in (7, 8))

    assert choose(candidate(65), later, soon).items[0] == soon
    assert choose(candidate(65), later, soon).items[2] == later


def test_a_listing_stands_there_once_for_whom_it_fits_best():
    here = {"listing_id": 7_000_000, "asker_id": 1}
    choice = choose(
        candidate(50, organisation_id=1, **here),
        candidate(70, organisation_id=2, **here),
        candidate(70, ItemKind.FOUND, organisation_id=1, **here),
    )

    assert [(each.kind, each.organisation_id) for each in choice.items] == [(ItemKind.MATCH, 2)]


def test_one_asker_has_three_places_at_most():
    choice = choose(*(candidate(fit, asker_id=1) for fit in (90, 85, 80, 75, 70)), candidate(40))

    assert fits(choice) == [90, 85, 80, 40]
    assert choice.left_out == 0, "more of the same asker does not wait"


def test_who_is_owed_being_seen_climbs_as_far_as_lists_can_afford_and_the_next_digest_knows():
    best, owed = [candidate(fit) for fit in (66, 65, 64, 63, 62)], candidate(61)
    account = Account(
        received={each.subject: 50.0 for each in best}, due={each.subject: 9.0 for each in (*best, owed)}
    )
    choice = choose(*best, owed, account=account, bank=Bank(left=FULL))

    assert owed.subject in {each.subject for each in choice.items}
    assert account.received[owed.subject] > 0


@pytest.mark.parametrize("seed", range(30))
def test_one_place_at_most_is_given_to_learn_by_and_never_the_first(seed):
    pool = [candidate(60 - number / 10) for number in range(12)]
    known = {each.subject: 100.0 for each in pool[:5]}
    account = Account(received=known, due={each.subject: 1.0 for each in pool})
    choice = choosing.choose(pool, today=TODAY, account=account, bank=Bank(left=FULL), seed=str(seed))

    marked = [place for place, each in enumerate(choice.items) if each.explored]
    assert len(marked) <= 1
    assert 0 not in marked


def test_what_the_desk_gave_a_place_to_learn_by_is_marked_once_and_not_first():
    choice = choose(candidate(90, explored=True), candidate(80), candidate(70, explored=True))

    assert [(each.fit, each.explored) for each in choice.items] == [(80, False), (90, True), (70, False)]


@pytest.mark.parametrize(
    ("titles", "subject"),
    [
        (["Need 60"], "Need 60"),
        (["Need 60", "Need 50"], "Need 60, and 1 more for you"),
        (["Need 90", "b", "c", "d", "e"], "Need 90, and 4 more for you"),
    ],
)
def test_the_subject_names_the_best_and_counts_the_others_in_the_letter(titles, subject):
    assert wording.subject(titles) == subject


def test_the_first_line_says_what_is_in_the_letter():
    items = [candidate(), candidate(), candidate(kind=ItemKind.FOUND), candidate(kind=ItemKind.CLOSING)]

    assert wording.contents(items[:1]) == "one that fits you"
    assert wording.contents(items) == (
        "two that fit you, one your searches found and one you kept that closes soon"
    )


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Twelve chairs", "Twelve chairs"),
        ("Twelve stacking chairs", "Twelve stacking…"),
        ("x" * 30, "x" * 19 + "…"),
    ],
)
def test_long_words_are_cut_where_a_word_ends(text, cut):
    assert wording.cut(text, 20) == cut
