"""What its owner could add to a notice so that it is matched better: sentences, the most useful first."""

from marketplace.listings.models import ASKS, Family, Listing
from search.ranking.words import terms

TELLING_WORDS = 8  # different ones: with fewer, whatever fits does so by chance

SAY_MORE = "Say more about the work to get better matches: two sentences are enough."
SAY_WHERE = "Say where it is, and those nearby come first."
SAY_HOW_MUCH = "Say about how much it is worth, and firms of the right size come first."


def says_little(*texts: str) -> bool:
    """Whether these texts together hold too few telling words to be matched well."""
    words = {term for text in texts for term in terms(text) if " " not in term}
    return len(words) < TELLING_WORDS


def for_owner(listing: Listing) -> list[str]:
    """What would help this notice to be matched; empty when it says enough."""
    found = []
    if says_little(listing.title, listing.body):
        found.append(SAY_MORE)
    if listing.lat is None and listing.family in ASKS:
        found.append(SAY_WHERE)
    if listing.family is Family.OPPORTUNITY and not any(listing.value_range):
        found.append(SAY_HOW_MUCH)
    return found
