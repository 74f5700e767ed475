"""What happened, to what, when and by whom: written in the transaction that did it."""

from marketplace.audit.services import record

__all__ = ["record"]
