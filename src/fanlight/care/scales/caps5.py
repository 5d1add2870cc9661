"""CAPS-5: the severity of one symptom from its frequency and intensity."""

from __future__ import annotations

from fanlight.care.scales.instrument import ScaleError


def caps5_severity(frequency: int, intensity: int) -> int:
    """Severity 0 to 4 of one symptom rated for frequency and intensity, each 0 to 4.

    Equal ratings give that value, unequal ones the lower. Intensity two or more steps above frequency allows one step
    above frequency; severity is never rounded up for frequency.
    Source: VA National Center for PTSD, CAPS-5 rating rule (verified, read 2026-11-21).

    >>> caps5_severity(2, 4), caps5_severity(4, 1)
    (3, 1)
    """
    faults = [
        name for name, value in (("frequency", frequency), ("intensity", intensity)) if isinstance(value, bool) or value not in range(5)
    ]
    if faults:
        raise ScaleError("FAN-SCALE-018", "Cannot rate this symptom", f"{' and '.join(faults)} must be a whole number from 0 to 4")
    if intensity - frequency >= 2:
        return frequency + 1
    return min(frequency, intensity)
