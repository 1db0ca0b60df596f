"""Points and words of every signal."""
