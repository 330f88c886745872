"""The embedded backend: fork-servers on this machine, isolated by the kernel alone."""
