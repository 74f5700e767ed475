"""Where the public files of places are, if they are."""

from pathlib import Path

import pytest

PLACES_DATA = Path(__file__).parents[3] / "shared" / "data" / "places"


@pytest.fixture(scope="session")
def places_data() -> Path:
    if not PLACES_DATA.is_dir():
        pytest.skip("needs the public records of ../shared/data/places")
    return PLACES_DATA
