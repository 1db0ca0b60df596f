"""The first guess at a configuration, from the exported files alone."""

from .writing import write_guess

__all__ = ["write_guess"]
