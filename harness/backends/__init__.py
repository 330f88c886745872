"""Where completions come from, one backend per module."""
