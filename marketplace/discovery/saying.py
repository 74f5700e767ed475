"""A search in words: what was asked, and how many were found."""

from collections.abc import Sequence

from marketplace.categories.catalogue import catalogue
from marketplace.discovery.asking import FILTERS, Asked, Board
from marketplace.web import words

FAMILY_WORDS = {  # one, several
    "opportunity": ("opportunity", "opportunities"),
    "need": ("need", "needs"),
    "capability": ("thing organisations do", "things organisations do"),
    "offer": ("offer", "offers"),
    "organisation": ("organisation", "organisations"),
}
ANYTHING = ("notice or organisation", "notices and organisations")
MOST_NAMED = 4  # of one filter; more are counted


def sentence(asked: Asked, board: Board, total: int | None) -> str:
    """What was searched, plainly: “12 needs and offers for “chairs”, within 10 miles of Crook.”

    Without a total, what is said is true of any number.
    """
    if total is None:
        return f"{described(asked, board)}."
    number = f"{total:,}" if total else "No"
    return f"{number} {_asked(asked, board, several=total != 1)}."


def described(asked: Asked, board: Board) -> str:
    """The same without a number, as the name of a search."""
    said = _asked(asked, board, several=True)
    return said[:1].upper() + said[1:]


def answer(name: str, value: str, board: Board) -> str:
    """The words of one answer to a filter, as they stand beside its box."""
    if name == "category":
        return catalogue().name(value)
    return board.wards[value] if name == "ward" else FILTERS[name].choices[value]


def _asked(asked: Asked, board: Board, *, several: bool) -> str:
    kinds = [FAMILY_WORDS[family][several] for family in asked.of("kind")]
    said = words.joined(kinds, last="and" if several else "or") or ANYTHING[several]
    if asked.text:
        said += f" for “{asked.text}”"
    clauses = [clause for clause in _clauses(asked, board) if clause]
    if clauses:
        said += f" {', '.join(clauses)}"
    if asked.location and not asked.miles:
        said += f", measured from {asked.location.label}"
    return f"{said}, closed ones too" if asked.closed else said


def _clauses(asked: Asked, board: Board) -> list[str]:
    """What each filter asks, in the order a person would say it."""
    return [
        _clause("about {}", asked.categories, "category", board),
        _clause("by way of {}", asked.of("type"), "type", board),
        _clause("asking for or giving {}", asked.of("wanted"), "wanted", board),
        _clause("worth {}", asked.of("value"), "value", board),
        _clause("from {}", asked.of("by"), "by", board),
        _clause("of {} size", asked.of("size"), "size", board),
        "found on a public register" if asked.of("verified") else "",
        _clause(
            "in {} ward" if len(asked.of("ward")) == 1 else "in {} wards", asked.of("ward"), "ward", board
        ),
        f"closing within {words.count(asked.closes, 'day')}" if asked.closes else "",
        f"within {words.count(asked.reach, 'mile')} of {asked.location.label}"
        if asked.location and asked.reach
        else "",
    ]


def _clause(shape: str, values: Sequence[str], name: str, board: Board) -> str:
    if not values:
        return ""
    if len(values) > MOST_NAMED:
        counted = {"category": "subjects", "ward": ""}.get(name, "kinds")
        return shape.format(f"any of {len(values)} {counted}".rstrip())
    said = [answer(name, value, board) for value in values]
    return shape.format(words.joined(said if name == "ward" else [_inside(each) for each in said], last="or"))


def _inside(name: str) -> str:
    """A name as it stands inside a sentence; “IT support” keeps its letters."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
