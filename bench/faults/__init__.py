"""Kills, faults and races against what the program promises; `bench.faults.command` runs them."""
