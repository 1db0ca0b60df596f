"""What is trained of a run folder, what beside it, and what serves instead."""
