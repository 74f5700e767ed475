"""Where the files that are not Python live: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
_BUNDLE = PACKAGE / "_bundle"

IS_CHECKOUT = not _BUNDLE.is_dir()
ROOT = PACKAGE.parent if IS_CHECKOUT else _BUNDLE

TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
MIGRATIONS = ROOT / "migrations"
