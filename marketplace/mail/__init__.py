"""Letters to people: written in the caller's transaction, sent by the outbox after the commit.

`queue` renders and saves one letter; `link` makes an address of ours whole, for use outside our pages.
For many at once `begin_run` opens a run, `queue_many` puts letters into it, `hand_over` sends them and
`cancel` calls it off. `may_get` registers what is asked at the moment of sending, `stopping` where a stream
is stopped; `suppress` and `lift` decide which addresses get no more; `words_of` is a letter to be read.
"""

from marketplace.mail.leaving import may_get
from marketplace.mail.runs import Draft, begin_run, cancel, hand_over, queue_many
from marketplace.mail.services import queue, stopping
from marketplace.mail.suppressions import lift, mark_of, suppress
from marketplace.mail.writing import link, words_of

__all__ = [
    "Draft", "begin_run", "cancel", "hand_over", "lift", "link", "mark_of", "may_get", "queue", "queue_many",
    "stopping", "suppress", "words_of",
]  # fmt: skip
