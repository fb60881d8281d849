"""What somebody of the back office has to do today, and how the month stands. Read only; no clock is read here."""
