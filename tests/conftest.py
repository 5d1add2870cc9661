"""What every test may ask for."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real inputs beside the repository; skipped in plain words where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("LEFT OUT: ../shared/data is not beside the repository, so nothing was tried on real inputs")
    return SHARED_DATA
