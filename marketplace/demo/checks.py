"""What must hold between the pieces of the demo's content, beyond the shape of each."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from marketplace.categories.catalogue import catalogue
from marketplace.credentials.catalogue import catalogue as credentials
from marketplace.demo.content import (
    DemoItem,
    DemoListing,
    DemoNeed,
    DemoOffer,
    DemoOpportunity,
    DemoOrganisation,
    DemoPledge,
)
from marketplace.demo.drawing import PICTURES
from marketplace.places import postcodes
from marketplace.pledges.models import HOLDS, PledgeStatus

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def mistakes(organisations: Sequence[DemoOrganisation]) -> Iterator[str]:
    """A sentence for each thing that does not hold."""
    joined = {each.key: each.joined_days_ago for each in organisations}
    yield from _twice("organisation", (each.key for each in organisations))
    yield from _twice("listing", (listing.key for each in organisations for listing in each.listings))
    yield from _of_givers(organisations)
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


def _of_givers(organisations: Sequence[DemoOrganisation]) -> Iterator[str]:
    """Needs that somebody promised to in a bundle, or keeps in mind, are there."""
    needs = {need.key for each in organisations for need in each.needs}
    for each in organisations:
        named = [share.need for bundle in each.bundles for share in bundle.shares]
        named += [kept.need for kept in each.team.kept] if each.team else []
        yield from (f"{each.key}: there is no need “{key}”" for key in named if key not in needs)


def _of_answers(listing: DemoListing, owner: DemoOrganisation, joined: dict[str, int]) -> Iterator[str]:
    answers: list[tuple[str, int]] = []
    if isinstance(listing, DemoNeed):
        yield from _of_pledges(listing.items, listing.pledges)
        answers = [(each.sender, each.days_ago) for each in listing.pledges]
    elif isinstance(listing, DemoOffer):
        yield from _of_pledges(listing.items, listing.requests)
        answers = [(each.sender, each.days_ago) for each in listing.requests]
    elif isinstance(listing, DemoOpportunity):
        answers = [(each.supplier, each.days_ago) for each in listing.responses]
        yield from _twice("answer of", (key for key, _ in answers))
        answers += [(each.asker, each.days_ago) for each in listing.questions]
    closed_days_ago = -(listing.ends_in_days or 0)
    for key, days_ago in answers:
        yield from _of_another(key, owner, joined, days_ago)
        if not max(closed_days_ago, 0) < days_ago < listing.published_days_ago:
            yield f"the answer of “{key}” is not between its first day and its last"
    for talk in listing.talks:
        yield from _of_another(talk.other, owner, joined, talk.messages[0].days_ago)


def _of_another(key: str, owner: DemoOrganisation, joined: dict[str, int], days_ago: int) -> Iterator[str]:
    if key not in joined:
        yield f"there is no organisation “{key}” to answer it"
    elif key == owner.key:
        yield "they answered themselves"
    elif days_ago > joined[key]:
        yield f"“{key}” answered before joining"


def _of_pledges(items: Sequence[DemoItem], pledges: Sequence[DemoPledge]) -> Iterator[str]:
    taken: Counter[int] = Counter()
    for pledge in sorted(pledges, key=lambda each: -each.days_ago):
        if not 0 <= pledge.item < len(items):
            yield f"it has no item {pledge.item}"
            continue
        left = items[pledge.item].quantity - taken[pledge.item]
        if not 0 < pledge.quantity <= left and not pledge.wait:
            yield f"“{pledge.sender}” pledged more than was still needed that day"
        if pledge.state in HOLDS:
            taken[pledge.item] += pledge.quantity
        if (pledge.state is PledgeStatus.DECLINED) != bool(pledge.reason):
            yield f"the pledge of “{pledge.sender}” needs a reason when it is declined, and only then"
        yield from _of_steps(pledge)


def _of_steps(pledge: DemoPledge) -> Iterator[str]:
    if pledge.quantity % pledge.times:
        yield f"the pledge of “{pledge.sender}” is no whole number each time"
    days = [pledge.days_ago, *(step.days_ago for step in pledge.steps)]
    if days != sorted(days, reverse=True):
        yield f"what followed the pledge of “{pledge.sender}” is not in order"
    for step in pledge.steps:
        if step.picture and step.picture not in PICTURES:
            yield f"there is no picture “{step.picture}”"
