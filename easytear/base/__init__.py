"""What every room of the house stands on; it knows nobody in the house."""
