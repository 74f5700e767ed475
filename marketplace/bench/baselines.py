"""What a plain search would do: BM25 over stemmed words, with no knowledge of anything else."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import log

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

K1, B = 1.2, 0.75


class Bm25:
    """Okapi BM25 (Robertson and Zaragoza, 2009), k1 1.2 and b 0.75, over Snowball's English stems.

    Letters and digits in lower case make words; none are stopped, for rare words outweigh common ones
    anyway. A word's weight is log(1 + (N − n + ½) / (n + ½)), which is never below 0.
    """

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        """From documents as (key, text); the last of equal keys wins."""
        self._read = _stems()
        counted = {key: Counter(self._read.analyze(text)) for key, text in texts}
        self._keys = list(counted)
        lengths = [count.total() for count in counted.values()]
        average = sum(lengths) / max(1, len(lengths)) or 1.0
        self._shares = [K1 * (1 - B + B * length / average) for length in lengths]
        self._places: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for place, count in enumerate(counted.values()):
            for stem, times in count.items():
                self._places[stem].append((place, times))

    def search(self, words: str, limit: int) -> Sequence[str]:
        """The keys of the best, ties in the order of the documents; none without a word of the query."""
        scores: dict[int, float] = defaultdict(float)
        for stem, asked in Counter(self._read.analyze(words)).items():
            places = self._places.get(stem, ())
            weight = asked * log(1 + (len(self._keys) - len(places) + 0.5) / (len(places) + 0.5))
            for place, times in places:
                scores[place] += weight * times * (K1 + 1) / (times + self._shares[place])
        best = sorted(scores, key=lambda place: (-scores[place], place))[:limit]
        return [self._keys[place] for place in best]


def _stems() -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase())
    return builder.filter(Filter.stemmer("english")).build()
