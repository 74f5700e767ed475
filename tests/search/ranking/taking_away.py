"""Takes away what a reason names, truly: from what is asked, or from what the party says, did or is."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from search.geo import Point
from search.ranking import Fit, Give, Part, Party, Want
from search.ranking.words import stem

FAR_AWAY = Point(-54.0, 170.0)
LONG_AGO = date(1990, 1, 1)
WORD = re.compile(r"[^\W\d_](?:[\w'’]*[^\W_])?")


@dataclass(frozen=True)
class Scene:
    """Who asked what of whom, what came of it, and the reason in question."""

    want: Want
    party: Party
    fit: Fit
    part: Part


def without(want: Want, party: Party, fit: Fit, part: Part) -> tuple[Want, Party]:
    """The want and the party as they would be if what this part of the fit names were not so."""
    return TAKEN[part.name](Scene(want, party, fit, part))


def named_words(sentence: str) -> list[str]:
    """The words a reason quotes: “Both mention hot food, tea and cakes” names hot, food, tea and cakes."""
    _, _, quoted = sentence.partition(" mention")
    return re.split(r",? and |, | ", quoted.removeprefix("s").strip()) if quoted else []


def _with_gives(scene: Scene, change: Callable[[Give], dict]) -> tuple[Want, Party]:
    gives = tuple(replace(give, **change(give)) for give in scene.party.gives)
    return scene.want, replace(scene.party, gives=gives)


def _text(scene: Scene) -> tuple[Want, Party]:
    """The words named go in all their forms, wherever they stand; where none was named, all words go."""
    named = {stem(word) for word in named_words(scene.part.words)}

    def silenced(text: str) -> str:
        return WORD.sub(lambda word: "" if stem(word[0]) in named else word[0], text) if named else ""

    return _with_gives(
        scene, lambda give: {"title": silenced(give.title), "text": silenced(give.text), "reading": None}
    )


def _category(scene: Scene) -> tuple[Want, Party]:
    tops = {path.split("/")[0] for path in scene.want.categories}
    return _with_gives(
        scene,
        lambda give: {"categories": frozenset(p for p in give.categories if p.split("/")[0] not in tops)},
    )


def _quantity(scene: Scene) -> tuple[Want, Party]:
    return _with_gives(scene, lambda give: {"quantity_kinds": frozenset()})


def _record(scene: Scene) -> tuple[Want, Party]:
    kept = tuple(give for give in scene.party.gives if give.key == scene.fit.give)
    return scene.want, replace(scene.party, gives=kept)


def _distance(scene: Scene) -> tuple[Want, Party]:
    return _with_gives(scene, lambda give: {"point": FAR_AWAY})


def _size(scene: Scene) -> tuple[Want, Party]:
    # Not by larger work: for that, people come from farther.
    value = scene.want.value or 100_000.0
    return replace(scene.want, value=value), replace(scene.party, turnover=value / 1_000)


def _room(scene: Scene) -> tuple[Want, Party]:
    return scene.want, replace(scene.party, room={"spend": 0, "support": 0})


def _lacking(scene: Scene) -> tuple[Want, Party]:
    return replace(scene.want, lacking=0.0), scene.party


def _answers(scene: Scene) -> tuple[Want, Party]:
    return scene.want, replace(scene.party, asked=scene.party.asked + 100, answered=0)


def _fresh(scene: Scene) -> tuple[Want, Party]:
    return scene.want, replace(scene.party, seen_on=LONG_AGO)


def _meaning(scene: Scene) -> tuple[Want, Party]:
    return _with_gives(scene, lambda give: {"vector": None})


TAKEN: Mapping[str, Callable[[Scene], tuple[Want, Party]]] = {
    "text": _text,
    "category": _category,
    "quantity": _quantity,
    "record": _record,
    "distance": _distance,
    "size": _size,
    "room": _room,
    "lacking": _lacking,
    "answers": _answers,
    "fresh": _fresh,
    "meaning": _meaning,
}
