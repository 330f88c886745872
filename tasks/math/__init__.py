"""Suites of the domain math, one public module each."""
