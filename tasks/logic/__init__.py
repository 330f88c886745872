"""Suites of the domain logic, one public module each."""
