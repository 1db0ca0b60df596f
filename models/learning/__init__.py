"""Who is learnt from and what is learnt: folds, boosters, what else could score."""
