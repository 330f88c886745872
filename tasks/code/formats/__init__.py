"""Rows of code data sets by their shape: programs over stdin, functions over test text."""
