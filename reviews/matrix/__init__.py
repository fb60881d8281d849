"""The matrix line × shop: what feeds each line of a plan in each shop, and the ways out where nothing does."""
