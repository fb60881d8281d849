"""Hour by hour: what snapshots of a running day say, and the leaders typed in."""
