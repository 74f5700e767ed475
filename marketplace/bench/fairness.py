"""Fair exposure and introductions within capacity, beside an order by fit alone and one by past clicks.

In a generated county (`fair_county` says what it is made of, and why) every order meets the same people on
the same days with the same luck. Two things happen there. Neither changes the other, but that clicks on lists
make organisations popular.

- **Lists.** Organisations look at the asks that fit them, and askers at the organisations that fit their ask.
  They see a page of ten. What stands in a place is seen 1 / log2(place + 1), and clicked half as often as
  that, times its fit.
- **Introductions.** On the first day of a week every ask that still lacks answers is introduced to some of
  the organisations that may stand on its list. An organisation takes up as many in a week as it has room for,
  those likeliest to end well; the rest lie unanswered, and may be sent again. When both say yes, one fewer is
  lacking. The organisation the asker likes best of those wins an opportunity.

Ours are `search.ranking.fairness` and `search.ranking.assignment`, with the figures they come with.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from marketplace.bench.fair_county import AGES, CLICK, SIZES, County, Looked, Marks, Numbers, Whole, name
from marketplace.bench.figures import ratio
from search.ranking import fairness as fair
from search.ranking.assignment import Introduction, assign, room
from search.ranking.fairness import Account, Bank, Placed, Seen, exposure

PAGE = 10  # places seen; also the batch in which the order by clicks sends its introductions
WEEK = 7
A_WEEK = 5  # introductions an ask gets in a week, at most: as many as a weekly digest has items
RATE = 0.13  # of introductions to which both sides say yes, as the county's chances make it

MARKETS = ("organisations", "listings")
RELEVANCE, CLICKS, OURS = "relevance", "clicks", "ours"
LISTS = (RELEVANCE, CLICKS, OURS)
TOP_K = "top_k"  # each ask by itself, by the same chance of two yeses that ours goes by
WAYS = (RELEVANCE, CLICKS, TOP_K, OURS)
NAMES = {RELEVANCE: "by fit alone", CLICKS: "by past clicks", TOP_K: "each ask’s best", OURS: "ours"}
GROUPS = {"size": SIZES, "age": tuple(AGES)}

GINI_OF_CLICKS, AT_FLOOR, NDCG, MUTUAL_OF_TOP_K = 0.6, 0.99, 1 - fair.BUDGET, 1.05  # what we aim at

Pair = tuple[int, int]  # ask, organisation


@dataclass(slots=True)
class Lists:
    """One order of one market's lists: who was seen, and what that cost."""

    way: str
    clicks: Numbers
    account: Account = field(default_factory=Account)
    bank: Bank = field(default_factory=Bank)
    pool: Account = field(default_factory=Account)  # as if all lists of a day were one: see `figures`
    today: dict[str, None] = field(default_factory=dict)  # who could have been seen today, in order
    handed_out: float = 0.0  # exposure, today
    lost: float = 0.0  # nDCG, summed over lists
    shown: int = 0
    explored: int = 0

    def show(self, looked: Looked) -> None:
        """Order this list; let it be seen, and clicked."""
        placed = self._order(looked)
        self.account.show([each.key for each in placed], [each.key for each in looked.candidates])
        self.today.update(dict.fromkeys(each.key for each in looked.candidates))
        self.handed_out += sum(exposure(each.position) for each in placed)
        self.lost += fair.relevance_lost(placed, looked.candidates)
        self.shown += 1
        self.explored += any(each.explored for each in placed)
        luck = {each.key: drawn for each, drawn in zip(looked.candidates, looked.luck, strict=True)}
        for each in placed:
            if luck[each.key] < CLICK * each.fit * exposure(each.position):
                self.clicks[int(each.key)] += 1

    def end_day(self) -> None:
        """Divide what the day handed out among everybody who could have been seen on it."""
        self.pool.divide(self.handed_out, self.today)
        self.today, self.handed_out = {}, 0.0

    def _order(self, looked: Looked) -> list[Placed]:
        keys = [each.key for each in looked.candidates]
        if self.way == OURS:
            return self.bank.order(
                looked.candidates,
                self.account.owed(keys, PAGE),
                length=PAGE,
                little_known=self.account.little_known(keys),
                seed=str(self.shown),
            )
        best = list(looked.candidates)
        if self.way == CLICKS:
            best.sort(key=lambda each: (-self.clicks[int(each.key)], each.key))
        return [Placed(each.key, each.fit, place) for place, each in enumerate(best[:PAGE], start=1)]

    def rows(self) -> list[Seen]:
        """The account of everybody who could have stood on a list."""
        received = self.account.received
        return [Seen(key, received.get(key, 0.0), due) for key, due in sorted(self.account.due.items())]

    def figures(self, days_there: Numbers) -> dict[str, float]:
        """How exposure fell, and what it cost.

        `gini` is of the exposure each got for a day of being there. Even perfectly even lists leave some of
        that, because more lists could carry one than another: `gini_if_even`. `gini_of_share` is of what each
        got for each unit of its equal share, which is the order's own doing. `at_pool_floor` is the share who
        reach ALPHA of each day's exposure ÷ everybody who could have been seen that day, whatever list fits
        whom: no order can do well by that, and `at_pool_floor_if_even` says how well even lists would.
        """
        rows = self.rows()
        pool = [self.pool.due.get(row.key, 0.0) for row in rows]
        there = [days_there[int(row.key)] for row in rows]
        figures = {
            "gini": fair.gini(row.received / days for row, days in zip(rows, there, strict=True)),
            "gini_if_even": fair.gini(row.due / days for row, days in zip(rows, there, strict=True)),
            "gini_of_share": fair.gini(row.received / row.due for row in rows),
            "at_floor": fair.share_at_floor(rows) or 0.0,
            "at_pool_floor": _at_floor((row.received for row in rows), pool),
            "at_pool_floor_if_even": _at_floor((row.due for row in rows), pool),
            "ndcg": 1 - self.lost / max(1, self.shown),
            "lists_explored": self.explored / max(1, self.shown),
        }
        return {"eligible": len(rows), **{what: round(value, 4) for what, value in figures.items()}}


def _at_floor(received: Iterable[float], due: Iterable[float]) -> float:
    return fair.share_at_floor(Seen("", *each) for each in zip(received, due, strict=True)) or 0.0


@dataclass(slots=True)
class Introductions:
    """One way of choosing introductions, and what came of them."""

    way: str
    lacking: Whole  # of each ask: yeses still to come
    made: Marks  # asks × organisations: introductions taken up before
    sent: int = 0
    above_capacity: int = 0  # of those: more than the organisation had room for that week
    expected_mutual: float = 0.0  # of those within room, the chances that both say yes, summed
    met: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))  # who agreed, by ask
    open_to: set[int] = field(default_factory=set)  # asks there was somebody for
    taken_up: set[int] = field(default_factory=set)  # asks that somebody considered

    def week(self, county: County, day: int, popular: Numbers) -> None:
        """Choose this week's and let them be answered."""
        free = county.kept("organisations", day) & ~self.made & (self.lacking > 0)[:, None]
        rooms = [min(A_WEEK, room(lack, RATE)) for lack in self.lacking.tolist()]
        chance = county.both_say_yes
        asks = np.flatnonzero(free.any(axis=1)).tolist()
        self.open_to.update(asks)
        if self.way == OURS:
            chosen = _together(county, free, rooms, chance)
        elif self.way == CLICKS:
            chosen = [(ask, best) for ask in asks for best in _best(free[ask], popular, PAGE)]
        else:
            by = chance if self.way == TOP_K else county.fits["organisations"]
            chosen = [(ask, best) for ask in asks for best in _best(free[ask], by[ask], rooms[ask])]
        self._answer(county, chosen, chance)

    def _answer(self, county: County, chosen: Sequence[Pair], chance: Numbers) -> None:
        got = np.zeros(len(county.joined), dtype=np.int64)
        agreed = county.agreed
        for ask, organisation in sorted(chosen, key=lambda pair: (-chance[pair], pair)):
            self.sent += 1
            got[organisation] += 1
            if got[organisation] > county.rooms[organisation]:
                self.above_capacity += 1
                continue
            self.made[ask, organisation] = True
            self.taken_up.add(ask)
            self.expected_mutual += float(chance[ask, organisation])
            if agreed[ask, organisation] and self.lacking[ask] > 0:
                self.lacking[ask] -= 1
                self.met[ask].append(organisation)

    def figures(self, county: County) -> dict[str, float]:
        """How many there were, what came of them, and who won."""
        likes = county.fits["organisations"]
        winners = [
            max(met, key=lambda organisation: (likes[ask, organisation], -organisation))
            for ask, met in sorted(self.met.items())
            if county.is_opportunity[ask]
        ]
        small = sum(SIZES[county.size[winner]] == "micro" for winner in winners)
        return {
            "sent": self.sent,
            "above_capacity": self.above_capacity,
            "expected_mutual": round(self.expected_mutual, 2),
            "mutual": sum(map(len, self.met.values())),
            "asks_nobody_considered": len(self.open_to - self.taken_up),
            "won": len(winners),
            "won_under_ten_staff": round(small / max(1, len(winners)), 4),
        }


def _together(county: County, free: Marks, rooms: Sequence[int], chance: Numbers) -> list[Pair]:
    """All of a week's at once, within everybody's room."""
    pairs = [
        Introduction(name(ask), name(other), float(chance[ask, other])) for ask, other in np.argwhere(free)
    ]
    chosen = assign(
        pairs,
        {name(number): most for number, most in enumerate(county.rooms.tolist())},
        {name(number): most for number, most in enumerate(rooms)},
    )
    return [(int(each.want), int(each.party)) for each in chosen]


def _best(free: Marks, by: Numbers, number: int) -> list[int]:
    """The first so many of one ask's; ties fall to the lower number."""
    organisations = np.flatnonzero(free)
    return organisations[np.argsort(-by[organisations], kind="stable")[:number]].tolist()


@dataclass(frozen=True, slots=True)
class Measured:
    """A county after its days, under every order."""

    county: County
    lists: Mapping[str, Mapping[str, Lists]]  # by market and order
    introductions: Mapping[str, Introductions]  # by way
    by_day: Sequence[Mapping[str, Any]]


def measure(days: int, seed: int) -> Measured:
    """Live through the days."""
    county = County(seed, days)
    none = np.zeros((len(county.opens), len(county.joined)), dtype=np.bool_)
    lists = {market: {way: Lists(way, county.clicks(market)) for way in LISTS} for market in MARKETS}
    ways = {way: Introductions(way, county.lacking.copy(), none.copy()) for way in WAYS}
    by_day: list[Mapping[str, Any]] = []
    for day in range(days):
        if day % WEEK == 0:
            for some in ways.values():
                some.week(county, day, popular=lists["organisations"][CLICKS].clicks)
        for looked in county.looks(day):
            for one in lists[looked.market].values():
                one.show(looked)
        for orders in lists.values():
            for one in orders.values():
                one.end_day()
        by_day += _so_far(county, lists, ways, day + 1)
    return Measured(county, lists, ways, by_day)


def _so_far(
    county: County, lists: Mapping[str, Mapping[str, Lists]], ways: Mapping[str, Introductions], days: int
) -> Iterator[Mapping[str, Any]]:
    """The figures after so many days, a row for each order."""
    for market, orders in lists.items():
        for way, one in orders.items():
            yield {"days": days, "of": market, "order": way, **one.figures(county.days_there(market, days))}
    for way, some in ways.items():
        yield {"days": days, "of": "introductions", "order": way, **some.figures(county)}


def report(done: Measured) -> dict[str, Any]:
    """The figures at the end, and whether each is what we aim at."""
    county = done.county
    last = [row for row in done.by_day if row["days"] == county.days]
    told: dict[str, Any] = {
        of: {
            row["order"]: {what: row[what] for what in row if what not in ("days", "of", "order")}
            for row in last
            if row["of"] == of
        }
        for of in (*MARKETS, "introductions")
    }
    told["groups"] = {by: {way: _groups(done, way, by) for way in LISTS} for by in GROUPS}
    told["aims"] = _aims(told)
    return told


def _groups(done: Measured, way: str, by: str) -> dict[str, Any]:
    """How exposure fell among organisations, group by group."""
    rows = done.lists["organisations"][way].rows()
    with_groups = [replace(row, groups=done.county.groups(int(row.key))) for row in rows]
    told = fair.report(with_groups, by)
    return {
        group: {
            what: value if value is None else round(value, 4) for what, value in asdict(told[group]).items()
        }
        for group in GROUPS[by]
        if group in told
    }


def _aims(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What we aim at, what it is, and whether it is met."""

    def aim(what: str, value: float | None, least: float | None = None, most: float | None = None) -> Any:
        met = value is not None and (least is None or value >= least) and (most is None or value <= most)
        return {"aim": what, "value": value, "least": least, "most": most, "met": met}

    introduced = told["introductions"]
    of_top_k = ratio(introduced[OURS]["expected_mutual"], introduced[TOP_K]["expected_mutual"])

    def of_clicks(market: str, what: str) -> float | None:
        return ratio(told[market][OURS][what], told[market][CLICKS][what])

    return [
        aim("gini_organisations", of_clicks("organisations", "gini"), most=GINI_OF_CLICKS),
        *(
            aim(f"gini_of_share_{market}", of_clicks(market, "gini_of_share"), most=GINI_OF_CLICKS)
            for market in MARKETS
        ),
        *(aim(f"at_floor_{market}", told[market][OURS]["at_floor"], least=AT_FLOOR) for market in MARKETS),
        *(aim(f"ndcg_{market}", told[market][OURS]["ndcg"], least=NDCG) for market in MARKETS),
        aim("expected_mutual", of_top_k, least=MUTUAL_OF_TOP_K),
        aim("above_capacity", introduced[OURS]["above_capacity"], most=0),
    ]


def table(told: Mapping[str, Any]) -> str:
    """The figures for people."""
    missed = [aim["aim"] for aim in told["aims"] if not aim["met"]]
    said = f"Not what we aim at: {', '.join(missed)}." if missed else "Every aim is met."
    return "\n".join([*_exposure_lines(told), *_introduction_lines(told), *_group_lines(told), said])


def _exposure_lines(told: Mapping[str, Any]) -> Iterator[str]:
    for market in MARKETS:
        yield f"{market:<18}{'Gini':>8}{'if even':>9}{'of share':>10}{'at floor':>10}{'nDCG':>8}"
        for way, row in told[market].items():
            ginis = f"{row['gini']:>8.3f}{row['gini_if_even']:>9.3f}{row['gini_of_share']:>10.3f}"
            yield f"  {NAMES[way]:<16}{ginis}{row['at_floor']:>10.1%}{row['ndcg']:>8.3f}"


def _introduction_lines(told: Mapping[str, Any]) -> Iterator[str]:
    heads = f"{'sent':>8}{'above room':>12}{'both yes':>10}{'in fact':>9}{'under ten staff win':>21}"
    yield f"{'introductions':<18}{heads}"
    for way, row in told["introductions"].items():
        yes = f"{row['expected_mutual']:>10.1f}{row['mutual']:>9,}"
        won = f"{row['won_under_ten_staff']:.1%} of {row['won']}"
        yield f"  {NAMES[way]:<16}{row['sent']:>8,}{row['above_capacity']:>12,}{yes}{won:>21}"


def _group_lines(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{'of equal share':<18}" + "".join(f"{NAMES[way]:>16}" for way in LISTS)
    for groups in told["groups"].values():
        for group, ours in groups[OURS].items():
            shares = (groups[way][group]["of_share"] for way in LISTS)
            said = "".join(f"{'–' if share is None else f'{share:.2f}':>16}" for share in shares)
            yield f"  {group:<16}{said}   {ours['number']:,} organisations"
