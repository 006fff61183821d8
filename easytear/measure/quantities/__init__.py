"""The catalogue of quantities: each is declared once, in a file of its family."""
