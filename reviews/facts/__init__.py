"""From the month's records to facts: set-based, a fixed number of queries for any number of people."""
