"""The same mathematics as the modules above, faster: each file says what it computes sooner."""
