"""Figures that come as JSON: bytes -> rows as values, as if a file had been read."""
