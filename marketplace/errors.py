"""The two ways a verb says no: `Refused` to people, `InvalidTransition` to us."""


class Refused(Exception):
    """A sentence we would say to the person's face, and the field it belongs to."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class InvalidTransition(Exception):
    """A bug: code asked for a move its state does not allow."""

    def __init__(self, row: object, status: object) -> None:
        super().__init__(f"{type(row).__name__} {getattr(row, 'id', None)} cannot move to {status}")


class NotSetUp(Exception):
    """Something has to be done first; the message says which command does it."""
