"""An eye with known truth."""
