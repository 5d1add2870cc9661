"""Thirteen trials of the BCG vaccine (Colditz et al. 1994, JAMA 271:698), the field's common worked example."""

ROWS = (
    # events and non-events vaccinated, events and non-events not, absolute latitude, allocation, year
    (4, 119, 11, 128, 44, "random", 1948),
    (6, 300, 29, 274, 55, "random", 1949),
    (3, 228, 11, 209, 42, "random", 1960),
    (62, 13536, 248, 12619, 52, "random", 1977),
    (33, 5036, 47, 5761, 13, "alternate", 1973),
    (180, 1361, 372, 1079, 44, "alternate", 1953),
    (8, 2537, 10, 619, 19, "random", 1973),
    (505, 87886, 499, 87892, 13, "random", 1980),
    (29, 7470, 45, 7232, 27, "random", 1968),
    (17, 1699, 65, 1600, 42, "systematic", 1961),
    (186, 50448, 141, 27197, 18, "systematic", 1974),
    (5, 2493, 3, 2338, 33, "systematic", 1969),
    (27, 16886, 29, 17825, 33, "systematic", 1976),
)
CELLS = {name: [float(row[i]) for row in ROWS] for i, name in enumerate(("ai", "bi", "ci", "di"))}
LATITUDE = [float(row[4]) for row in ROWS]
ALLOCATION = [str(row[5]) for row in ROWS]
YEAR = [float(row[6]) for row in ROWS]
