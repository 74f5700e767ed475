"""What happened, to what, when and by whom: written in the transaction that did it."""

from marketplace.audit.services import as_of, record

__all__ = ["as_of", "record"]
