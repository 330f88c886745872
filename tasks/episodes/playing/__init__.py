"""What the suites of episodes share: puzzles by search, deduction by questions, programs."""
