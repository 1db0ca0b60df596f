"""Who does what, when, and where to: the stages and the command that runs them."""
