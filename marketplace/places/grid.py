"""British National Grid to latitude and longitude."""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

# The grid's projection backwards (EPSG:27700), then the seven-parameter shift from OSGB36 to WGS 84
# (EPSG:1314). Spelt out, so that every machine answers alike, with or without finer grids installed.
_PIPELINE = """
    +proj=pipeline
    +step +inv +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy
    +step +proj=push +v_3
    +step +proj=cart +ellps=airy
    +step +proj=helmert +x=446.448 +y=-125.157 +z=542.06
          +rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489 +convention=position_vector
    +step +inv +proj=cart +ellps=WGS84
    +step +proj=pop +v_3
    +step +proj=unitconvert +xy_in=rad +xy_out=deg
"""
_FURTHEST_EAST, _FURTHEST_NORTH = 700_000, 1_300_000  # metres; the published extent of the grid


def to_lat_lon(eastings: ArrayLike, northings: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitudes and longitudes in degrees (WGS 84) of grid references in metres.

    Good to 5 metres anywhere in Great Britain, usually 2; Northern Ireland has another grid.
    """
    lon, lat = _transformer().transform(np.asarray(eastings, dtype=float), np.asarray(northings, dtype=float))
    return lat, lon


def on_grid(easting: float, northing: float) -> bool:
    """Whether these metres lie on the sheet of the National Grid at all."""
    return 0 < easting < _FURTHEST_EAST and 0 < northing < _FURTHEST_NORTH


@cache
def _transformer() -> Transformer:
    return Transformer.from_pipeline(_PIPELINE)
