"""What people read about letters where they choose: each version word for word, and never changed once shown.

It stands here, below subscriptions, because the form to join shows one of them. Whoever changes a sentence
adds a version and leaves the old one: the choices that people made with it name it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """The words beside the box or on the button, and the sentence under them."""

    label: str
    hint: str = ""


JOINING = "joining 2026-11"
DIGEST = "digest 2026-11"
NEWS = "news 2026-11"
SUMMARY = "summary 2026-11"
TO_DO = "to-do 2026-11"
STOP = "stop 2026-11"
STOP_ALL = "stop all 2026-11"
NOT_OURS = "not ours"

WORDINGS = {
    JOINING: Wording(
        "Don’t write to me when something new fits",
        "Otherwise we write once a week at most, and not at all when nothing fits. "
        "Every such letter has a link that stops them.",
    ),
    DIGEST: Wording(
        "How often shall we write about new matches?",
        "The few notices that fit you best, each with the reason. When nothing fits, no letter comes.",
    ),
    NEWS: Wording(
        "News of what you put up, promised or answered",
        "Somebody offers, answers or writes to you, or a promise waits for your move.",
    ),
    SUMMARY: Wording(
        "What your organisation did, once a month",
        "What was given, received, promised and answered. A month in which nothing happened has no letter.",
    ),
    TO_DO: Wording(
        "What waits for the convener, once a day",
        "Promises, reported messages and letters that need a look. A day with nothing to do has no letter.",
    ),
    STOP: Wording("Stop these letters", "One press, and no more of these come to you."),
    STOP_ALL: Wording(
        "Stop everything but what I ask for myself",
        "Letters you ask for yourself, such as a link for a new password, still come.",
    ),
    NOT_OURS: Wording("The button of their own mail program, or of its provider"),
}
