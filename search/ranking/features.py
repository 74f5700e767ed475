"""What makes a pair fit: each feature reads every want against every give as a number from 0 to 1.

One, the record, reads a whole party. Of its gives a party is read by the one that counts most.

Features know nothing of weights; shipped and learned weights read the same ones. Popularity is not among
them, and neither is who bought from whom before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from search.ranking.columns import Numbers, Whole
from search.ranking.pairs import Pairs

AGAIN = 0.5  # what each further work of the kind counts, of the one before it

COMFORTABLE = 0.1  # of a year's turnover: a firm takes on work of this size without leaning on it
SIZE_NOT_KNOWN = 0.5

KIND_NOT_SAID = 0.3

ROOM_NOT_SAID = 0.7
PLENTY = 3  # introductions: with room for so many, more room is no better
EXPECTED, AS_IF_ASKED = 0.5, 4.0  # answers we expect of a newcomer, and how many real ones outweigh that
FRESH_DAYS = 90.0
FRESH_NOT_KNOWN = 0.5


def asked(pairs: Pairs) -> Numbers:
    """The words of the title asked for, in the other's whole text."""
    return pairs.titled


def words(pairs: Pairs) -> Numbers:
    """The words both texts use, each by how telling it is."""
    return pairs.words


def spelling(pairs: Pairs) -> Numbers:
    """Groups of letters both use, which forgive typing and join kindred words."""
    return pairs.spelling


def latent(pairs: Pairs) -> Numbers:
    """Different words that go together here."""
    return pairs.latent


def meaning(pairs: Pairs) -> Numbers:
    """What a model takes both to mean, as far as shared words left it something to say."""
    return pairs.meaning * (1 - pairs.likeness)


def category(pairs: Pairs) -> Numbers:
    """How they are filed: 1 in the same category, less under the same parent."""
    return pairs.category


def quantity(pairs: Pairs) -> Numbers:
    """Whether what is given is the kind of thing asked for, with a little for a side that has not said."""
    both_said = np.outer(pairs.asked.kinds.any(axis=1), pairs.given.kinds.any(axis=1))
    return np.where(both_said, pairs.kinds, KIND_NOT_SAID)


def distance(pairs: Pairs) -> Numbers:
    """How near they are for what they do, as far as it is what was asked for."""
    return pairs.nearness * pairs.topic


def size(pairs: Pairs) -> Numbers:
    """Whether the work is of a size they do: beside a year's turnover, or beside what they did before."""
    value = pairs.asked.value[:, None]
    leaning = value / pairs.turnover
    fits = np.clip((1 - leaning) / (1 - COMFORTABLE), 0, 1)
    usual = np.exp(-np.abs(np.log10(value / pairs.given.value)))
    fits = np.where(np.isnan(leaning), usual, fits)
    return np.where(np.isnan(fits), SIZE_NOT_KNOWN, fits) * pairs.topic


def room(pairs: Pairs) -> Numbers:
    """Whether they have room for it, as far as it is what was asked for."""
    left = np.where(np.isnan(pairs.room), ROOM_NOT_SAID, np.minimum(pairs.room / PLENTY, 1.0))
    return left * pairs.topic


def lacking(pairs: Pairs) -> Numbers:
    """How much is missing still: a need that is nearly met fades by itself."""
    return pairs.lacking[:, None] * pairs.topic


def answers(pairs: Pairs) -> Numbers:
    """How often they answer, whatever they answer; a newcomer is expected to be like anybody.

    The mean of a beta distribution that starts as `AS_IF_ASKED` introductions of which `EXPECTED` were
    answered, so that one silence is forgiven and raw numbers never lead.
    """
    rate = (pairs.answered + EXPECTED * AS_IF_ASKED) / (pairs.introduced + AS_IF_ASKED)
    return rate * pairs.topic


def fresh(pairs: Pairs) -> Numbers:
    """How lately they were seen here: a month ago is nearly as good as today, a year ago is not."""
    lately = np.where(np.isnan(pairs.idle), FRESH_NOT_KNOWN, 0.5 ** (pairs.idle / FRESH_DAYS))
    return lately * pairs.topic


def record(pairs: Pairs) -> Numbers:
    """Wants × parties: what else each says or has done that is like it, each further one counting half.

    Beside the best, which the other features read: a long record of the kind nears 1 and never passes it.
    """
    starts, owner = pairs.table.starts, pairs.table.owner
    place = np.arange(len(owner)) - starts[owner]
    share = np.where(place > 0, AGAIN**place, 0.0)
    subject = pairs.subject
    best_first = np.lexsort((-subject, np.broadcast_to(owner, subject.shape)))
    return np.add.reduceat(np.take_along_axis(subject, best_first, axis=1) * share, starts, axis=1)


Feature = Callable[[Pairs], Numbers]

OF_A_GIVE: Mapping[str, Feature] = {
    each.__name__: each
    for each in (
        asked, words, spelling, latent, meaning, category, quantity, distance, size, room, lacking, answers,
        fresh,
    )
}  # fmt: skip
OF_A_PARTY: Mapping[str, Feature] = {record.__name__: record}


@dataclass(frozen=True, slots=True)
class Read:
    """Features of wants × parties by name, and which give of each party they were read of."""

    main: Whole
    values: Mapping[str, Numbers]


def read(pairs: Pairs, weights: Mapping[str, float]) -> Read:
    """Every feature that has a weight, of the give that earns each party most; the first of equals.

    So what helps a give never lowers its party, and neither does one give more. A give about other things
    earns nothing, whatever its kind, and one that a fact rules out is the last to be looked at.
    """
    by_give = {name: OF_A_GIVE[name](pairs) for name in weights if name in OF_A_GIVE}
    worth = np.sum([weights[name] * value for name, value in by_give.items()], axis=0)
    worth = np.where(pairs.topic > 0, np.round(worth, 9), -1.0)
    worth = np.where(pairs.ruled_out > 0, -2.0, worth)
    main = pairs.first_best(worth)
    taken = {name: np.take_along_axis(value, main, axis=1) for name, value in by_give.items()}
    return Read(main, {name: taken[name] if name in taken else OF_A_PARTY[name](pairs) for name in weights})
