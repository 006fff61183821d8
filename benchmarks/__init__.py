"""Accuracy and speed beside other methods: `python -m benchmarks`."""
