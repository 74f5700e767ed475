"""Weights learned from choices: found again where planted, held back where little is known."""

from collections.abc import Iterable
from math import log2

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from search.ranking.learning import MOST_WEIGHT, ChoiceModel, Lesson, order, tells

NAMES = ("words", "category", "distance", "size")
EVEN = dict.fromkeys(NAMES, 25.0)
PLANTED = {"words": 60.0, "category": 25.0, "distance": 15.0, "size": 0.0}


def choices(planted: dict[str, float], many: int, *, seed: int = 1, sharpness: float = 12.0) -> list[Lesson]:
    """Choices among eight, each made with a chance proportional to the exponential of its score."""
    random = np.random.default_rng(seed)
    weights = np.array(list(planted.values())) / 100
    lessons = []
    for _ in range(many):
        values = random.random((8, len(weights)))
        noisy = sharpness * values @ weights + random.gumbel(size=8)
        lessons.append(Lesson(values, np.array([noisy.argmax()]), np.ones(1)))
    return lessons


def learned(lessons: Iterable[Lesson], prior: dict[str, float] = EVEN, **how) -> dict[str, float]:
    return ChoiceModel(prior, **how).fit(list(lessons)).weights_


def test_planted_weights_are_found_again():
    found = learned(choices(PLANTED, 4_000))

    assert found == {name: pytest.approx(weight, abs=4) for name, weight in PLANTED.items()}


def test_the_more_there_is_to_learn_from_the_nearer_it_comes():
    away = [
        sum(abs(found[name] - PLANTED[name]) for name in NAMES)
        for found in (learned(choices(PLANTED, many)) for many in (10, 200, 4_000))
    ]

    assert away[0] > away[1] > away[2]


def test_no_weight_falls_below_nothing_though_people_chose_against_a_feature():
    found = learned(choices(PLANTED | {"size": -60.0}, 2_000))

    assert found["size"] == 0
    assert min(found.values()) >= 0


@pytest.mark.parametrize("prior", [EVEN, PLANTED, dict.fromkeys(NAMES, 5.0)])
def test_weights_add_up_to_what_they_did_before(prior):
    assert sum(learned(choices(PLANTED, 50), prior).values()) == pytest.approx(sum(prior.values()))


def test_choices_that_tell_nothing_leave_the_weights_in_use():
    alike = Lesson(np.full((6, 4), 0.5), np.array([2]), np.ones(1))
    only_one = Lesson(np.array([[0.9, 0.1, 0.5, 0.3]]), np.array([0]), np.ones(1))

    for lessons in ([alike], [only_one], [alike, only_one] * 200):
        assert learned(lessons, PLANTED) == {name: pytest.approx(weight) for name, weight in PLANTED.items()}


def test_the_harder_weights_are_drawn_to_those_in_use_the_less_they_move():
    few = choices(PLANTED, 100)

    moved = [abs(learned(few, EVEN, drawn=drawn)["words"] - EVEN["words"]) for drawn in (1.0, 100.0, 1e6)]

    assert moved[0] > moved[1] > moved[2]
    assert moved[2] < 0.1


@pytest.mark.parametrize(
    ("position", "weight"), [(1, 1.0), (2, log2(3)), (3, 2.0), (1_000, MOST_WEIGHT), (None, 1.0), (0, 1.0)]
)
def test_a_choice_made_further_down_tells_more_up_to_a_limit(position, weight):
    assert tells(position) == pytest.approx(weight)


def test_weighing_by_position_undoes_what_standing_first_did():
    """Lists are shown by category, and people look down them less and less, yet choose by the words."""
    naive, weighed = [], []
    random = np.random.default_rng(3)
    for _ in range(4_000):
        values = random.random((8, 4))
        values = values[np.argsort(-values[:, 1])]  # as shown: by category, the first first
        looked_at = random.random(8) < 1 / np.log2(np.arange(2, 10))
        noisy = np.where(looked_at, 8 * values[:, 0] + random.gumbel(size=8), -np.inf)
        chosen = int(noisy.argmax())
        naive.append(Lesson(values, np.array([chosen]), np.ones(1)))
        weighed.append(Lesson(values, np.array([chosen]), np.array([tells(chosen + 1)])))

    plain, undone = learned(naive), learned(weighed)

    assert plain["category"] > 10  # being first looked like being right
    assert undone["category"] < plain["category"] / 2
    assert undone["words"] > plain["words"]


def test_candidates_come_best_first_and_ties_keep_their_order():
    lesson = Lesson(np.array([[0.2, 0, 0, 0], [0.9, 0, 0, 0], [0.2, 0, 0, 0]]), np.array([1]), np.ones(1))

    assert order(lesson, EVEN).tolist() == [1, 0, 2]
    (found,) = ChoiceModel(EVEN).fit([lesson]).predict([lesson])
    assert found.tolist() == [1, 0, 2]


def test_several_chosen_of_one_list_share_what_it_tells():
    values = np.array([[1.0, 0, 0, 0], [0, 1.0, 0, 0], [0, 0, 0.5, 0], [0, 0, 0, 0.5]])
    both = Lesson(values, np.array([0, 1]), np.array([0.5, 0.5]))

    found = learned([both] * 200)

    assert found["words"] == pytest.approx(found["category"], abs=0.5)
    assert found["words"] > found["distance"]


def test_it_is_an_estimator_like_any_other():
    model = ChoiceModel(EVEN, drawn=7.0)

    assert clone(model).get_params() == {"prior": EVEN, "drawn": 7.0}
    with pytest.raises(NotFittedError):
        model.predict([])


def test_the_same_lessons_teach_the_same():
    lessons = choices(PLANTED, 300)

    assert learned(lessons) == learned(lessons)
