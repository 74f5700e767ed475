"""The filters of the search page: what can be chosen, with how many each choice would find, and what is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from marketplace.categories.catalogue import Category, catalogue
from marketplace.discovery import saying
from marketplace.discovery.asking import FILTERS, Asked, Board, address
from marketplace.web import words
from search.schema import CLOSING_DAYS, CLOSING_FACET

FACETS = (*(each.asks for each in FILTERS.values()), "state", CLOSING_FACET)
SHOWN = 12  # subjects; the rest fold away
UNFOLDED = frozenset({"kind", "category"})

Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: its words, how many it would find (None: nobody counted), and answers inside it."""

    id: str
    value: str
    label: str
    count: int | None
    chosen: bool
    inside: tuple["Choice", ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """One filter as it is drawn. `rest` are choices that fold away; `single` allows one answer only."""

    name: str
    title: str
    choices: tuple[Choice, ...]
    rest: tuple[Choice, ...] = ()
    single: bool = False

    @property
    def folded(self) -> bool:
        """Whether it starts closed: it is seldom asked, and is not in use."""
        used = any(each.chosen and each.value for each in (*self.choices, *self.rest))
        return self.name not in UNFOLDED and not used


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in use: its words, and the search without it."""

    label: str
    url: str


def groups(asked: Asked, board: Board, counts: Counts | None) -> list[Group]:
    """Every filter with something to choose. Without counts, as while browsing, all there is is offered."""
    found = []
    for name in FILTERS:
        if name == "category":
            found.append(_subjects(asked, counts))
        else:
            labels = board.wards if name == "ward" else FILTERS[name].choices
            found.append(Group(name, FILTERS[name].title, _choices(name, labels, asked, counts)))
        if name == "value":
            found.append(_closing(asked, counts))
    found.append(_closed(asked, counts))
    return [group for group in found if group.choices or group.rest]


def chips(asked: Asked, board: Board) -> list[Chip]:
    """What is in use, each with the search that leaves it out."""
    found = [
        Chip(saying.answer(name, value, board), address(asked.without(name, value)))
        for name in FILTERS
        for value in (asked.categories if name == "category" else asked.of(name))
    ]
    if asked.reach:
        within = f"Within {words.count(asked.reach, 'mile')}"
        found.append(Chip(within, address(asked.again(miles=None))))
    if asked.closes:
        closing = f"Closing within {words.count(asked.closes, 'day')}"
        found.append(Chip(closing, address(asked.again(closes=None))))
    if asked.closed:
        found.append(Chip("Closed ones too", address(asked.again(closed=False))))
    return found


def _choices(name: str, labels: Mapping[str, str], asked: Asked, counts: Counts | None) -> tuple[Choice, ...]:
    chosen = asked.of(name)
    made = (
        Choice(_id(name, value), value, label, _count(FILTERS[name].asks, value, counts), value in chosen)
        for value, label in labels.items()
    )
    return tuple(_worth_showing(made))


def _worth_showing(made: Iterable[Choice]) -> list[Choice]:
    """Leave out what would find nothing, unless it is in use."""
    return [each for each in made if each.chosen or each.count != 0]


def _subjects(asked: Asked, counts: Counts | None) -> Group:
    """Parents by how much they hold; the children of those in use are inside them."""
    parents = _worth_showing(_subject(parent, asked, counts) for parent in catalogue().parents)
    if counts is not None:
        parents.sort(key=lambda each: -(each.count or 0))
    used = {each.id for each in parents if each.chosen or each.inside}
    shown = [each for place, each in enumerate(parents) if place < SHOWN or each.id in used]
    return Group(
        "category",
        FILTERS["category"].title,
        tuple(shown),
        rest=tuple(each for each in parents if each not in shown),
    )


def _subject(category: Category, asked: Asked, counts: Counts | None) -> Choice:
    chosen = asked.of("category")
    used = any(slug.partition("/")[0] == category.slug for slug in chosen)
    inside = _worth_showing(
        _subject(child, asked, counts) for child in (catalogue().children(category.slug) if used else ())
    )
    count = _count("categories", category.slug, counts)
    return Choice(
        _id("category", category.slug),
        category.slug,
        category.name,
        count,
        category.slug in chosen,
        tuple(inside),
    )


def _closing(asked: Asked, counts: Counts | None) -> Group:
    """Within how many days it closes; any day is the answer when nobody chose."""
    days = _worth_showing(
        Choice(
            _id("closes", str(number)),
            str(number),
            f"Within {words.count(number, 'day')}",
            _count(CLOSING_FACET, str(number), counts),
            asked.closes == number,
        )
        for number in CLOSING_DAYS
    )
    any_day = Choice("closes-any", "", "Any day", None, asked.closes is None)
    return Group("closes", "Closing", (any_day, *days) if days else (), single=True)


def _closed(asked: Asked, counts: Counts | None) -> Group:
    count = _count("state", "closed", counts)
    choice = Choice("closed-1", "1", "Closed notices too", count, asked.closed)
    return Group("closed", "Past notices", tuple(_worth_showing([choice])))


def _count(field: str, value: str, counts: Counts | None) -> int | None:
    return None if counts is None else counts.get(field, {}).get(value, 0)


def _id(name: str, value: str) -> str:
    """What the box is called on the page: the same however the page comes about."""
    return f"{name}-{value.replace('/', '--')}"
