"""Pages score forms without loading the libraries of the frame scorer."""

import subprocess
import sys


def test_scoring_one_form_loads_neither_numpy_nor_polars():
    code = (
        "import sys; from fanlight.records.instruments import shipped_instrument; from fanlight.care.scales import score; "
        "score(shipped_instrument('phq9'), {'q1': 1}); print([m for m in ('numpy', 'polars', 'numba', 'django') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_score_frame_is_there_when_asked_for():
    import fanlight.care.scales as scales

    assert callable(scales.score_frame)
    assert not hasattr(scales, "score_frames")
