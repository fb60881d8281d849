"""Import profiles: sheets that no shipped format knows, mapped to fields by HR."""
