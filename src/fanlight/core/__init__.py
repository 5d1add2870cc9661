"""Values every room shares: exact quantities, aware instants, sources, three-valued answers, errors.

Pure: no clock, no file, no network, no framework.
"""
