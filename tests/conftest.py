"""What every test may ask for. The settings are pointed at an empty folder before Django is loaded."""

import os
import tempfile
from pathlib import Path

import django
import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True)  # seeded chance, and no test fails because a machine is busy
settings.load_profile("house")

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fanlight.records.settings")
os.environ["FANLIGHT_TEST"] = "1"
os.environ["FANLIGHT_DATA"] = tempfile.mkdtemp(prefix="fanlight-test-")
django.setup()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real inputs beside the repository; skipped in plain words where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("LEFT OUT: ../shared/data is not beside the repository, so nothing was tried on real inputs")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def _nothing_is_kept_between_tests():
    """A test's rows are taken back, and their keys given out again: what a process keeps by key is forgotten with them."""
    from fanlight.records import given_before, search
    from fanlight.web import lately

    for kept in (search._INDEX, lately._KEPT, lately._LONG, given_before._TOLD):
        kept.clear()


@pytest.fixture(scope="module")
def _whole_demo(django_db_setup, django_db_blocker):
    from django.db import transaction

    from fanlight.records.session_path import keep_transitions
    from fanlight.sample import fill_clinic

    with django_db_blocker.unblock(), transaction.atomic():
        keep_transitions()
        yield fill_clinic(whole=True)
        transaction.set_rollback(True)


@pytest.fixture
def cast(_whole_demo, db):
    """The demo clinic with everybody in it, filled once for a file of tests; what a test writes is taken back."""
    return _whole_demo
