"""Mapping and validation of what comes in and goes out: FHIR R4, CSV. No network."""
