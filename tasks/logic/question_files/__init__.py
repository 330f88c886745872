"""Readers of question files: fields, options, kinds of answers and the suite that holds them."""
