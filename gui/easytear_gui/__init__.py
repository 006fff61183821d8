"""The desktop app: load, analyse, look, correct, export."""
