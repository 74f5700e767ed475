"""How fairly being seen was shared out: the same lines for the page, the spreadsheet and the terminal."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from marketplace.exposure import queries
from marketplace.exposure.models import Channel
from marketplace.exposure.queries import OnBoard, Total, Who, Window
from marketplace.exposure.recording import Sum
from marketplace.listings.models import Family
from marketplace.organisations.queries import KIND_WORDS
from marketplace.organisations.sizes import Size, SizeFacts, size
from marketplace.web.words import per_hundred
from search.ranking import fairness
from search.ranking.fairness import Account, Figures, Seen

AIM = 0.99  # of notices are to reach their floor

NOTICES, ORGANISATIONS, PLACES = "Notices", "Organisations", "Places in lists"
NOTICES_BY = ("Kind of notice", "Time on the board", "Size", "Kind", "Ward")
ORGANISATIONS_BY = ("Size", "Kind", "Time here", "Ward")
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
COLUMNS = (
    "Of", "By", "Group", "Number", "Exposure in all", "Exposure each", "Gini", "Of their shares (%)",
    "At their floor (%)",
)  # fmt: skip


@dataclass(slots=True)
class Counted:
    """One notice or organisation, in exposure: seen anywhere, seen in matches, and due to it in matches."""

    groups: Mapping[str, str]
    anywhere: float = 0.0
    in_matches: float = 0.0
    due: float = 0.0

    def add(self, key: str, received: Mapping[str, float], account: Account) -> None:
        self.anywhere += received.get(key, 0.0)
        self.in_matches += account.received.get(key, 0.0)
        self.due += account.due.get(key, 0.0)


@dataclass(frozen=True, slots=True)
class Line:
    """One group, and its figures: how much it was seen anywhere, and of its shares and floors in matches."""

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
    tables: Sequence[Table] = field(repr=False)
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
    notices, organisations = _counted(window, wards)
    tables = [
        *_tables(NOTICES, NOTICES_BY, notices, wards),
        *_tables(ORGANISATIONS, ORGANISATIONS_BY, organisations, wards),
    ]
    totals = queries.totals(window)
    return Report(
        window=window,
        notices=_figures(notices),
        with_floor=sum(row.due > 0 for row in notices),
        organisations=_figures(organisations),
        tables=tables,
        channels={
            words: _sum(total for total in totals if total.channel is channel)
            for channel, words in CHANNELS.items()
        },
        learnt=_sum(total for total in totals if total.explored),
    )


def rows(found: Report) -> list[Row]:
    """Every line, in the order of COLUMNS: first all, then by group, then by channel."""
    every = [(NOTICES, "", Line("All", found.notices)), (ORGANISATIONS, "", Line("All", found.organisations))]
    every += [(table.of, table.by, line) for table in found.tables for line in table.lines]
    places = [("Channel", words, total) for words, total in found.channels.items()]
    places.append(("Why there", "Given to learn by", found.learnt))
    return [*(_row(*each) for each in every), *(_row_of_places(*each) for each in places)]


def _row(of: str, by: str, line: Line) -> Row:
    number, each = line.figures.number, line.figures.per_head
    in_all, gini = round(number * each, 2), round(line.figures.gini, 3)
    of_share, at_floor = (
        None if share is None else per_hundred(share)
        for share in (line.figures.of_share, line.figures.at_floor)
    )
    return of, by, line.group, number, in_all, round(each, 2), gini, of_share, at_floor


def _row_of_places(by: str, group: str, total: Sum) -> Row:
    each = round(total.weight / total.times, 2) if total.times else None
    return PLACES, by, group, total.times, round(total.weight, 2), each, None, None, None


def _counted(window: Window, wards: Mapping[str, str]) -> tuple[list[Counted], list[Counted]]:
    """Notices, and organisations that speak for themselves: as such, and through their notices."""
    received, account = queries.received(window), queries.account(window)
    who = queries.organisations(window)
    organisations = {each.id: Counted(_about(each, wards, window.last)) for each in who}
    for id_, organisation in organisations.items():
        organisation.add(f"organisation:{id_}", received, account)
    notices = []
    for listing in queries.on_board(window):
        owner = organisations[listing.organisation_id]
        notice = Counted({**owner.groups, **_of_listing(listing, wards, window.last)})
        for each in (notice, owner):
            each.add(listing.key, received, account)
        notices.append(notice)
    return notices, [organisations[each.id] for each in who if each.is_claimed]


def _tables(
    of: str, kinds: Iterable[str], some: Sequence[Counted], wards: Mapping[str, str]
) -> Iterator[Table]:
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
        for each in some:
            groups[each.groups[by]].append(each)
        lines = tuple(Line(group, _figures(groups[group])) for group in orders[by] if group in groups)
        if lines:
            yield Table(of, by, lines)


def _figures(some: Sequence[Counted]) -> Figures:
    anywhere = fairness.figures([Seen("", each.anywhere, 0.0) for each in some])
    in_matches = fairness.figures([Seen("", each.in_matches, each.due) for each in some])
    return replace(anywhere, of_share=in_matches.of_share, at_floor=in_matches.at_floor)


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
