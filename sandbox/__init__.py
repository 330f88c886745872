"""Run untrusted programs: `open_sandbox(name)` gives a backend, a run gives an `Outcome`."""
