"""The demo from a terminal."""

from flask.cli import AppGroup

demo = AppGroup("demo", help="A fictional County Durham to try the product on.")
