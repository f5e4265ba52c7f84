"""Benchmarks: `python -m bench NAME`, each printing a table, or with --json one object with the same figures."""
