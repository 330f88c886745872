"""What a tree is worth: numbers, their equality, sets of reals, matrices."""
