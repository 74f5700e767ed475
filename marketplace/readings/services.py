"""Reading texts for the ranking, and keeping what was read."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from marketplace.extensions import db, insert_or_replace
from marketplace.readings import queries
from marketplace.readings.models import RankingLexicon, Reading
from search.ranking.lexicon import Lexicon
from search.ranking.lexicon import Reading as Read

KEPT = 2  # lexicons: the one in use, and the one before for a worker that is still reading


@dataclass(frozen=True, slots=True)
class Said:
    """What one thing says, and whose it is."""

    organisation_id: int
    title: str
    text: str

    def mark(self, lexicon: Lexicon) -> str:
        """Names the lexicon and fingerprints the text."""
        said = f"{self.title}\x1f{self.text}".encode("utf-8", "surrogatepass")
        return lexicon.version + hashlib.blake2b(said, digest_size=6).hexdigest()


Texts = Callable[[Collection[str]], Mapping[str, Said]]  # what these keys say; unknown keys are left out


def fit(texts: Iterable[Said], place_words: Collection[str], *, now: datetime) -> Lexicon:
    """Learn the words of the place anew. Older readings are made again when next asked for."""
    counted = _Counted(texts)
    lexicon = Lexicon.fit(counted, place_words)
    if (known := queries.lexicon()) is None or known.version != lexicon.version:
        row = RankingLexicon(
            version=lexicon.version, texts=counted.number, made_at=now, data=lexicon.to_bytes()
        )
        db.session.add(row)
        db.session.flush()
        db.session.execute(delete(RankingLexicon).where(RankingLexicon.id <= row.id - KEPT))
    return lexicon


def readings(keys: Collection[str], texts: Texts, lexicon: Lexicon) -> dict[str, Read]:
    """The reading of each key; those not kept are read now, and kept."""
    found = queries.kept(keys, lexicon)
    if lacking := [key for key in keys if key not in found]:
        found |= read(texts(lacking), lexicon)
    return found


def read(said: Mapping[str, Said], lexicon: Lexicon) -> dict[str, Read]:
    """Read these anew, and keep what was read."""
    keys = list(said)
    found = dict(zip(keys, lexicon.read([said[key] for key in keys]), strict=True))
    insert_or_replace(
        Reading,
        [
            {
                "key": key,
                "organisation_id": said[key].organisation_id,
                "mark": said[key].mark(lexicon),
                "data": found[key].to_bytes(),
            }
            for key in sorted(keys)
        ],
    )
    return found


def renew(said: Mapping[str, Said], lexicon: Lexicon) -> int:
    """Read anew what changed since it was read; returns how many that were."""
    known = queries.marks(said)
    stale = {key: each for key, each in said.items() if known.get(key) != each.mark(lexicon)}
    if stale:
        read(stale, lexicon)
    return len(stale)


def forget_changed(keys: Collection[str], texts: Texts, lexicon: Lexicon) -> None:
    """Whatever of these says something else by now is read again when it is next asked for."""
    known = queries.marks(keys)
    said = texts(known)
    stale = [key for key, mark in known.items() if key not in said or said[key].mark(lexicon) != mark]
    if stale:
        db.session.execute(delete(Reading).where(Reading.key.in_(stale)))


class _Counted:
    """Texts, counted as they are read."""

    def __init__(self, texts: Iterable[Said]) -> None:
        self._texts, self.number = texts, 0

    def __iter__(self) -> Iterator[Said]:
        for each in self._texts:
            self.number += 1
            yield each
