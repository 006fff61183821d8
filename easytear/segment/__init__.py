"""The lipid front."""
