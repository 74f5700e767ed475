"""Organisations as the ranking reads them, remembered for as long as one run lasts.

Reading one with everything it does is the dear part of a run, and most are candidates for many asks.
"""

from collections import OrderedDict
from collections.abc import Collection
from datetime import date, datetime
from functools import partial

from sqlalchemy import select

from marketplace import outbox
from marketplace.fetching import Rows
from marketplace.listings.models import Listing
from marketplace.matching import sources
from search.ranking import Party
from search.ranking.lexicon import Lexicon

_OWNERS = Rows(select(Listing.__table__.c.organisation_id), Listing.__table__.c.id)

AT_MOST = 50_000  # organisations; one with the readings of one side takes some 10 KB


class Parties:
    """The organisations met lately, with these families of what they do and give.

    Those met longest ago are forgotten where there are too many.
    """

    def __init__(
        self,
        today: date,
        lexicon: Lexicon,
        families: Collection[str],
        *,
        since: datetime,
        at_most: int = AT_MOST,
    ) -> None:
        self._read = partial(sources.parties, today, lexicon, families=families)
        self._at_most = at_most
        self._known: OrderedDict[int, Party | None] = OrderedDict()  # None: nobody to be ranked
        self._since = since

    def of(self, ids: Collection[int]) -> dict[int, Party]:
        """These organisations by id, without those that are not active or do and give nothing."""
        lacking = [number for number in ids if number not in self._known]
        if lacking:
            read = {int(each.key): each for each in self._read(ids=lacking)}
            self._known |= {number: read.get(number) for number in lacking}
        for number in ids:
            self._known.move_to_end(number)
        found = {number: party for number in ids if (party := self._known[number]) is not None}
        while len(self._known) > self._at_most:
            self._known.popitem(last=False)
        return found

    def forget_changed(self) -> None:
        """Read anew whoever changed since this run began: the job that such a change queues names them."""
        if not self._known:
            return
        for payload in outbox.payloads("matching.organisation", since=self._since):
            self._known.pop(payload["organisation_id"], None)
        listings = [each["listing_id"] for each in outbox.payloads("matching.listing", since=self._since)]
        for row in _OWNERS.of(listings):
            self._known.pop(row.organisation_id, None)
