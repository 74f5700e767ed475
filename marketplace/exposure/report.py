"""How fairly being seen was shared out: the same lines for the page, the spreadsheet and the terminal."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from marketplace.exposure import queries
from marketplace.exposure.models import Channel
from marketplace.exposure.queries import OnBoard, Total, Who, Window
from marketplace.exposure.recording import Sum
from marketplace.listings.models import Family
from marketplace.organisations.queries import KIND_WORDS
from marketplace.organisations.sizes import Size, SizeFacts, size
from search.ranking import fairness
from search.ranking.fairness import Account, Figures, Seen

AIM = 0.99  # of notices are to reach their floor

NOTICES, ORGANISATIONS, PLACES = "Notices", "Organisations", "Places in lists"
NO_WARD = "Ward not known"
FAMILIES = {
    Family.NEED: "Needs",
    Family.OPPORTUNITY: "Opportunities",
    Family.CAPABILITY: "What organisations do",
    Family.OFFER: "Offers",
}
SIZES = {
    Size.MICRO: "Micro",
    Size.SMALL: "Small",
    Size.MEDIUM: "Medium",
    Size.LARGE: "Large",
    Size.UNKNOWN: "Size not said",
}
CHANNELS = {
    Channel.BOARD: "By searching and browsing",
    Channel.SCREEN: "In matches, on screen",
    Channel.EMAIL: "In matches, by letter",
}
# How long, in words, by the most days each may be.
UP = ((7, "Up to a week"), (28, "1 to 4 weeks"), (91, "1 to 3 months"), (None, "Over 3 months"))
HERE = ((30, "Up to a month"), (182, "1 to 6 months"), (365, "6 to 12 months"), (None, "Over a year"))
Row = tuple[str | int | float | None, ...]
COLUMNS = ("Of", "By", "Group", "Number", "Exposure in all", "Exposure each", "Gini", "At their floor (%)")


@dataclass(frozen=True, slots=True)
class Counted:
    """How much something was seen everywhere; and in matches alone, where we know what it was due."""

    everywhere: Seen
    in_matches: Seen


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one group: what was seen everywhere, and who reached their floor in matches."""

    group: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Table:
    """All groups of one kind, of notices or of organisations."""

    of: str
    by: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What was seen in a window, and how evenly."""

    window: Window
    notices: Figures
    with_floor: int  # of the notices: those that fitted a list
    organisations: Figures
    tables: tuple[Table, ...]
    channels: Mapping[str, Sum]  # by the words for each
    learnt: Sum  # of the places given to learn by

    @property
    def times(self) -> int:
        """How often anything was shown."""
        return sum(each.times for each in self.channels.values())

    @property
    def explored(self) -> float:
        """The share of places that were given to learn by."""
        return self.learnt.times / self.times if self.times else 0.0

    def tables_of(self, of: str) -> list[Table]:
        return [table for table in self.tables if table.of == of]


def report(window: Window, *, wards: Mapping[str, str]) -> Report:
    """The report of some days; `wards` are names by code, in their order."""
    who = {each.id: each for each in queries.organisations(window)}
    everywhere, in_matches = Account(received=queries.received(window)), queries.account(window)
    about = {id_: _about(each, wards, window.last) for id_, each in who.items()}
    notices: list[Counted] = []
    keys = {id_: [f"organisation:{id_}"] for id_ in who}  # of an organisation and all its notices

    def counted(some: Sequence[str], groups: Mapping[str, str]) -> Counted:
        return Counted(_seen(some, everywhere, groups), _seen(some, in_matches, groups))

    for listing in queries.on_board(window):
        keys[listing.organisation_id].append(listing.key)
        groups = {**about[listing.organisation_id], **_of_listing(listing, wards, window.last)}
        notices.append(counted([listing.key], groups))
    organisations = [counted(keys[id_], about[id_]) for id_, each in who.items() if each.is_claimed]
    totals = queries.totals(window)
    return Report(
        window,
        _figures(notices),
        sum(row.in_matches.due > 0 for row in notices),
        _figures(organisations),
        (
            *_tables(
                NOTICES, notices, ("Kind of notice", "Time on the board", "Size", "Kind", "Ward"), wards
            ),
            *_tables(ORGANISATIONS, organisations, ("Size", "Kind", "Time here", "Ward"), wards),
        ),
        {words: _sum(total for total in totals if total.channel is each) for each, words in CHANNELS.items()},
        _sum(total for total in totals if total.explored),
    )


def rows(found: Report) -> list[Row]:
    """Every line, in the order of COLUMNS: first all, then by group, then by channel."""
    every = [(NOTICES, "", Line("All", found.notices)), (ORGANISATIONS, "", Line("All", found.organisations))]
    every += [(table.of, table.by, line) for table in found.tables for line in table.lines]
    channels = [("Channel", words, total) for words, total in found.channels.items()]
    channels.append(("Why there", "Given to learn by", found.learnt))
    return [*(_row(*each) for each in every), *(_row_of_places(*each) for each in channels)]


def _row(of: str, by: str, line: Line) -> Row:
    of_group = line.figures
    in_all, each = of_group.number * of_group.per_head, of_group.per_head
    floor = None if of_group.at_floor is None else round(100 * of_group.at_floor, 1)
    return (
        of,
        by,
        line.group,
        of_group.number,
        round(in_all, 2),
        round(each, 2),
        round(of_group.gini, 3),
        floor,
    )


def _row_of_places(by: str, group: str, total: Sum) -> Row:
    each = round(total.weight / total.times, 2) if total.times else None
    return PLACES, by, group, total.times, round(total.weight, 2), each, None, None


def _seen(keys: Sequence[str], account: Account, groups: Mapping[str, str]) -> Seen:
    received = sum(account.received.get(key, 0.0) for key in keys)
    return Seen(keys[0], received, sum(account.due.get(key, 0.0) for key in keys), groups)


def _sum(totals: Iterable[Total]) -> Sum:
    found = list(totals)
    return Sum(sum(total.times for total in found), sum(total.weight for total in found))


def _about(who: Who, wards: Mapping[str, str], on: date) -> dict[str, str]:
    """The groups of an organisation, by what they are groups of."""
    facts = SizeFacts(who.staff, who.turnover, who.balance_sheet)
    return {
        "Size": SIZES[size(facts, on=who.facts_on or on)],
        "Kind": KIND_WORDS[who.kind],
        "Time here": _how_long(on - who.joined_at.date(), HERE),
        "Ward": wards.get(who.ward_code or "", NO_WARD),
    }


def _of_listing(listing: OnBoard, wards: Mapping[str, str], on: date) -> dict[str, str]:
    """The groups of a notice, beside those of its organisation; it may lie in another ward."""
    return {
        "Kind of notice": FAMILIES[listing.family],
        "Time on the board": _how_long((listing.closed_on or on) - listing.opened_on, UP),
        "Ward": wards.get(listing.ward_code or "", NO_WARD),
    }


def _how_long(time: timedelta, bands: Sequence[tuple[int | None, str]]) -> str:
    return next(words for most, words in bands if most is None or time.days <= most)


def _figures(rows: Sequence[Counted]) -> Figures:
    at_floor = fairness.share_at_floor(row.in_matches for row in rows)
    return replace(fairness.figures([row.everywhere for row in rows]), at_floor=at_floor)


def _tables(of: str, rows: Sequence[Counted], kinds: Sequence[str], wards: Mapping[str, str]) -> Iterator[Table]:
    """A table for each kind of group; of wards none where no boundaries were loaded."""
    orders = {
        "Kind of notice": list(FAMILIES.values()),
        "Time on the board": [words for _, words in UP],
        "Size": list(SIZES.values()),
        "Kind": list(KIND_WORDS.values()),
        "Time here": [words for _, words in HERE],
        "Ward": [*dict.fromkeys(wards.values()), NO_WARD] if wards else [],
    }
    for by in kinds:
        groups: dict[str, list[Counted]] = defaultdict(list)
        for row in rows:
            groups[row.everywhere.groups[by]].append(row)
        lines = tuple(Line(group, _figures(groups[group])) for group in orders[by] if group in groups)
        if lines:
            yield Table(of, by, lines)
