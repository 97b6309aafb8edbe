"""The ground all services stand on; it knows none of them."""
