"""How things are shown, without a window: numbers, words, colours, curves."""
