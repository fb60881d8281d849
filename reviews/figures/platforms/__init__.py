"""The platforms' formats, a module for each platform."""
