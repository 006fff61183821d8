"""What the actions do, a module for each kind of work."""
