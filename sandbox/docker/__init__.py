"""The container backend: a warm pool of containers, each with a fork-server as its main process."""
