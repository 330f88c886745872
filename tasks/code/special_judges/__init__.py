"""Checker programs: tasks with many right outputs bring the program that tells them apart."""
