"""Fanlight: runs a ketamine and esketamine programme end to end, and learns from it."""

__version__ = "0.1.0"
