"""What every domain reads the same way: the chat formats of completions."""
