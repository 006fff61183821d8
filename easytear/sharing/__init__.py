"""Data given away and taken back: what could tell who somebody is, datasets, withdrawal."""
