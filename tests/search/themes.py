"""An encoder small enough to read: three themes, and how many words of each a text has."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search.text import normalise

THEMES = (
    frozenset({"lunch", "meals", "catering", "cook", "food", "buffet", "sandwiches"}),
    frozenset({"van", "minibus", "lorry", "driver", "transport", "lift"}),
    frozenset({"hall", "room", "venue", "building", "roof"}),
)


class ThemeEncoder:
    """Keeps the Encoder promise, but for texts of no theme: those point nowhere."""

    name = "themes"
    size = len(THEMES)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        said = [normalise(text).split() for text in texts]
        counts = np.array([[sum(word in theme for word in words) for theme in THEMES] for words in said])
        counts = counts.reshape(-1, self.size).astype(np.float32)
        return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)

    def of(self, text: str) -> tuple[float, ...]:
        """The vector of one text."""
        return tuple(map(float, self.encode([text])[0]))
