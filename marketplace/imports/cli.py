"""Public records from a terminal."""

from flask.cli import AppGroup

imports = AppGroup("import", help="Bring public records in.")
