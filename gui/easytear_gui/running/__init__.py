"""Analyses in processes of their own."""
