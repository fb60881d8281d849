"""What changes in reviews beyond a card's state."""
