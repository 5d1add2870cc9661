"""The shipped models, read once."""

import pytest

from fanlight.content import content_folder, read_folder
from fanlight.science.pharmacology.models import Model


@pytest.fixture(scope="session")
def models() -> dict[str, Model]:
    return read_folder(content_folder() / "pharmacology" / "models", Model)
