"""The admin's pages of people, units, rules and long work."""

from staff.admin import accounts, calendar, jobs, levels, logins, people, roles, tokens, units

__all__ = ["accounts", "calendar", "jobs", "levels", "logins", "people", "roles", "tokens", "units"]
