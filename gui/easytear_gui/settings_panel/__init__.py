"""The settings panel, generated from the settings model."""
