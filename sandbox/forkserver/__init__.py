"""The fork-server: pure standard library, run as a program of its own, never as part of assay.

Everything in this package must import without the rest of the project: the server is started
with a scrubbed environment and an import path that holds this package alone.
"""
