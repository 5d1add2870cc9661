"""The clinical wing: pure functions over frozen values. No clock, no file, no network, no framework."""
