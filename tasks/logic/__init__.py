"""The logic suites, one public module each."""
