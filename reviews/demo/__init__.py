"""An invented company with seven months of work, made by the same code paths a user has."""
