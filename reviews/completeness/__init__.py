"""Which figures are there, per shop, source and day: what is missing, whose it is and what came from where."""
