"""Suites of the domain code, one public module each."""
