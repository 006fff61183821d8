"""The table of intervals and what is known of one of them."""
