"""Many readers: what they agree on, and who reads what."""

from easytear.annotate.readers.consensus import Consensus, consensus

__all__ = ["Consensus", "consensus"]
