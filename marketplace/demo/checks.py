"""What must hold between the pieces of the demo's content, beyond the shape of each."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from marketplace.categories.catalogue import catalogue
from marketplace.credentials.catalogue import catalogue as credentials
from marketplace.demo.content import DemoListing, DemoNeed, DemoOpportunity, DemoOrganisation
from marketplace.places import postcodes
from marketplace.pledges.models import HOLDS, PledgeStatus

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def mistakes(organisations: Sequence[DemoOrganisation]) -> Iterator[str]:
    """A sentence for each thing that does not hold."""
    joined = {each.key: each.joined_days_ago for each in organisations}
    yield from _twice("organisation", (each.key for each in organisations))
    yield from _twice("listing", (listing.key for each in organisations for listing in each.listings))
    for organisation in organisations:
        yield from _of_organisation(organisation)
        for listing in organisation.listings:
            where = f"{organisation.key}, {listing.key}"
            for sentence in _of_listing(listing, organisation):
                yield f"{where}: {sentence}"
            for sentence in _of_answers(listing, organisation, joined):
                yield f"{where}: {sentence}"


def _twice(what: str, keys: Iterable[str]) -> Iterator[str]:
    yield from (f"the {what} “{key}” is there twice" for key, number in Counter(keys).items() if number > 1)


def _of_organisation(organisation: DemoOrganisation) -> Iterator[str]:
    if not KEY.fullmatch(organisation.key):
        yield f"{organisation.key}: a key is small letters, digits and hyphens"
    if postcodes.normalise(organisation.postcode) is None:
        yield f"{organisation.key}: “{organisation.postcode}” is not a postcode"
    for slug in organisation.interests:
        if slug not in catalogue():
            yield f"{organisation.key}: there is no category “{slug}”"
    for slug in organisation.credentials:
        if slug not in credentials():
            yield f"{organisation.key}: there is no credential “{slug}”"
    for share in (organisation.staff_local, organisation.spend_local):
        if share is not None and not 0 <= share <= 100:
            yield f"{organisation.key}: {share} is no percentage"
    if organisation.capacity and not 0 < organisation.capacity.days_ago <= organisation.joined_days_ago:
        yield f"{organisation.key}: they said what they can take on before they joined, or not yet"


def _of_listing(listing: DemoListing, organisation: DemoOrganisation) -> Iterator[str]:
    if not KEY.fullmatch(listing.key):
        yield "a key is small letters, digits and hyphens"
    for slug in listing.categories:
        if slug not in catalogue() or "/" not in slug:
            yield f"“{slug}” is no category of the second level"
    if listing.postcode and postcodes.normalise(listing.postcode) is None:
        yield f"“{listing.postcode}” is not a postcode"
    if not 0 < listing.published_days_ago <= organisation.joined_days_ago:
        yield "it was published before they joined, or not yet"
    ends = listing.ends_in_days
    if ends is not None and (ends < 0) != listing.closed:
        yield "it is closed when its last day is past, and not before"
    if ends is not None and -ends >= listing.published_days_ago:
        yield "it closed before it was published"
    if isinstance(listing, DemoNeed | DemoOpportunity):
        for slug in listing.must_have:
            if slug not in credentials():
                yield f"there is no credential “{slug}”"
    if isinstance(listing, DemoOpportunity) and listing.value_low > listing.value_high:
        yield "its lowest value is above its highest"


def _of_answers(listing: DemoListing, owner: DemoOrganisation, joined: dict[str, int]) -> Iterator[str]:
    answers: list[tuple[str, int]] = []
    if isinstance(listing, DemoNeed):
        yield from _of_pledges(listing)
        answers = [(each.giver, each.days_ago) for each in listing.pledges]
    elif isinstance(listing, DemoOpportunity):
        answers = [(each.supplier, each.days_ago) for each in listing.responses]
        yield from _twice("answer of", (key for key, _ in answers))
    closed_days_ago = -(listing.ends_in_days or 0)
    for key, days_ago in answers:
        if key not in joined:
            yield f"there is no organisation “{key}” to answer it"
        elif key == owner.key:
            yield "they answered themselves"
        elif days_ago > joined[key]:
            yield f"“{key}” answered before joining"
        if not max(closed_days_ago, 0) < days_ago < listing.published_days_ago:
            yield f"the answer of “{key}” is not between its first day and its last"


def _of_pledges(need: DemoNeed) -> Iterator[str]:
    taken: Counter[int] = Counter()
    for pledge in sorted(need.pledges, key=lambda each: -each.days_ago):
        if not 0 <= pledge.item < len(need.items):
            yield f"it has no item {pledge.item}"
            continue
        if not 0 < pledge.quantity <= need.items[pledge.item].quantity - taken[pledge.item]:
            yield f"“{pledge.giver}” pledged more than was still needed that day"
        if pledge.state in HOLDS:
            taken[pledge.item] += pledge.quantity
        if (pledge.state is PledgeStatus.DECLINED) != bool(pledge.reason):
            yield f"the pledge of “{pledge.giver}” needs a reason when it is declined, and only then"
