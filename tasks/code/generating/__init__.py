"""What the generated code suites share: a small language of specifications, and its inputs."""
