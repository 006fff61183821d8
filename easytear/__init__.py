"""EasyTear: how the tear film's lipid layer spreads after a blink, from video."""

__version__ = "0.1.0"
