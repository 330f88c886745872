"""Suites that are solved by acting: games with a proved best play, and work with tools."""
