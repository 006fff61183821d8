"""Annotations, their history, and agreement between people and program."""
