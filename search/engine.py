"""The promise every search engine keeps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from search.schema import Document, Hit, Query, Results, Sketch, Suggestion


class SearchUnavailable(Exception):
    """The engine cannot answer just now. Callers show browsing, not an error page."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the engine can answer, how many documents it holds, and if it can't, why."""

    ready: bool
    documents: int = 0
    problem: str = ""


class SearchEngine(Protocol):
    """Finds documents by key. All but `health` may raise SearchUnavailable, and nothing else of their own."""

    def upsert(self, documents: Iterable[Document]) -> None:
        """Add these documents, each in place of any other with its key; the last of equals wins."""

    def delete(self, keys: Iterable[str]) -> None:
        """Forget these keys; an unknown key is not an error."""

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Replace everything; readers see the old index or the new, never half of one."""

    def search(self, query: Query) -> Results:
        """One page of what the query finds, with the count of it all and of its facets."""
        ...

    def suggest(self, query: Query) -> tuple[Suggestion, ...]:
        """The titles (or the organisations' names) that fit what is being typed, best first.

        The query's filters, place and audiences hold; its sort, facets and distance are not asked.
        """
        ...

    def alike(self, sketch: Sketch) -> tuple[Hit, ...]:
        """Candidates: the documents most like a sketch, best first, then the nearest; each once.

        Made to be asked often and answered soon, however large the board: no totals, no facets, and common
        words are passed over where there are rarer ones.
        """
        ...

    def marks(self) -> Iterator[tuple[str, str]]:
        """Every key held and the mark of the version held, in no order: what `search check` compares."""
        ...

    def health(self) -> Health:
        """Look, and never raise."""
        ...
