"""What stands on a page, in one line where the page is made; it counts once the page is sent to a person."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import cast

from flask import Blueprint, Flask, Request, Response, g, request
from flask.blueprints import BlueprintSetupState

from marketplace import clock
from marketplace.access import current_person
from marketplace.exposure import recording, services
from marketplace.exposure.models import Channel
from marketplace.listings.models import Listing
from marketplace.organisations.models import Organisation

Row = Listing | Organisation

# What programs call themselves. A Cubot is a telephone.
PROGRAMS = re.compile(
    r"(?<!cu)bot|crawl|spider|slurp|scrap|archiver|preview|fetch|monitor|headless|lighthouse|embed"
    r"|curl|wget|python|java/|okhttp|http-?client|libwww|axios|undici|facebookexternalhit",
    re.IGNORECASE,
)


def subject(row: Row) -> str:
    """The key that a listing or an organisation is counted under."""
    return f"organisation:{row.id}" if isinstance(row, Organisation) else f"{row.family}:{row.id}"


def on_board(in_order: Sequence[Row], *, first: int = 1) -> None:
    """Anybody finds these on this page, in this order, the first of them in place `first` of its list."""
    services.seen(_counted(in_order), day=clock.today(), channel=Channel.BOARD, first=first)


def in_matches(
    in_order: Sequence[Row], *, eligible: Iterable[Row], first: int = 1, explored: Iterable[Row] = ()
) -> None:
    """These stand on this page in a list of matches, the first of them in place `first` of it.

    `eligible` are all that could have stood on the list, on this page or not; see `services.seen`.
    """
    services.seen(
        _counted(in_order),
        day=clock.today(),
        channel=Channel.SCREEN,
        first=first,
        explored={subject(row) for row in explored},
        eligible=[subject(row) for row in eligible],
    )


def _counted(in_order: Sequence[Row]) -> list[str | None]:
    """What belongs to whoever looks keeps its place and isn't counted, nor is what takes no more answers."""
    own = {membership.organisation_id for membership in current_person().memberships}
    return [subject(row) if _counts(row, own) else None for row in in_order]


def _counts(row: Row, own: Collection[int]) -> bool:
    if isinstance(row, Organisation):
        return row.id not in own
    return row.is_open and row.organisation_id not in own


def mount(bp: Blueprint) -> None:
    """Give the application its memory of what it showed, and look at every page it sends."""

    @bp.record_once
    def remember(state: BlueprintSetupState) -> None:
        state.app.extensions["exposure"] = recording.Memory(cast(Flask, state.app))

    @bp.after_app_request
    def count(response: Response) -> Response:
        sums = g.pop("exposure", None)
        if sums and response.status_code == 200 and is_by_a_person(request):
            memory = recording.memory()
            memory.add(sums)
            response.call_on_close(memory.write_if_due)
        return response


def is_by_a_person(asked: Request) -> bool:
    """Whether somebody will look at the answer: no program that says so, and no browser fetching ahead."""
    name = asked.headers.get("User-Agent", "")
    ahead = f"{asked.headers.get('Sec-Purpose', '')} {asked.headers.get('Purpose', '')}"
    return asked.method == "GET" and bool(name) and not PROGRAMS.search(name) and "prefetch" not in ahead
