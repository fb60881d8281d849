"""Refunds: what their reasons mean, and which of them come late."""
