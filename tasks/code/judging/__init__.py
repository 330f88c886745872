"""The two sides of a code check: the program under test, and the judge that runs the tests."""
