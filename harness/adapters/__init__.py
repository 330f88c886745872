"""Verdicts as reward functions for other trainers, one adapter per module."""
