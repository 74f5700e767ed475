"""The place a marketplace serves, its towns, postcodes and wards."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.extensions import db


class Place(db.Model):
    """The area a marketplace serves; every organisation and listing belongs to one."""

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    neighbours: Mapped[str] = mapped_column(
        Text, default=""
    )  # areas next door, in words: "Darlington, Gateshead"
    is_demo: Mapped[bool] = mapped_column(default=False)
    lat: Mapped[float]
    lon: Mapped[float]
    timezone: Mapped[str] = mapped_column(String(40), default="Europe/London")

    towns: Mapped[list["Town"]] = relationship(back_populates="place", order_by="Town.name")


class Town(db.Model):
    """A town or village people name when they say where they are, in the place or a neighbour."""

    __table_args__ = (UniqueConstraint("place_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    name: Mapped[str] = mapped_column(String(80))
    lat: Mapped[float]
    lon: Mapped[float]
    inside: Mapped[bool]  # in the place itself; False: in a neighbour of it

    place: Mapped[Place] = relationship(back_populates="towns")


class District(db.Model):
    """A postcode district, such as DL14, and the middle of its postcodes."""

    code: Mapped[str] = mapped_column(String(4), primary_key=True)
    lat: Mapped[float]
    lon: Mapped[float]


class Postcode(db.Model):
    """One postcode, its mean point and the ward it lies in."""

    code: Mapped[str] = mapped_column(String(7), primary_key=True)  # no space, capitals: DL147AB
    district: Mapped[str] = mapped_column(String(4), index=True)
    lat: Mapped[float]
    lon: Mapped[float]
    # Not a foreign key: a postcode file names wards of every year and council, loaded here or not.
    ward_code: Mapped[str | None] = mapped_column(String(12))


class Ward(db.Model):
    """An electoral ward of the place, with its boundary and the box around it."""

    __table_args__ = (
        CheckConstraint("min_lat <= max_lat AND min_lon <= max_lon", name="box_right_way_round"),
    )

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    boundary: Mapped[dict[str, Any]] = mapped_column(
        JSON
    )  # a GeoJSON Polygon or MultiPolygon, lon before lat
    min_lat: Mapped[float]
    max_lat: Mapped[float]
    min_lon: Mapped[float]
    max_lon: Mapped[float]

    place: Mapped[Place] = relationship()
