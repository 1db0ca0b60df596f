"""The cutoffs: what is asked of them, what they promise, and who keeps a standing."""
