"""The scientific wing: pharmacology, evidence, registry. Pure; never imports care (scales excepted)."""
