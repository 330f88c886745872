"""The embedded backend: fork-servers on this machine, walled in by the kernel alone."""
