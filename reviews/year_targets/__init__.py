"""A year's sales plan, broken into quarters, months, teams and agents whose parts always add up.

Source: data.md, "Targets".
"""
