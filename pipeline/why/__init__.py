"""Why one lead has its score: found, and told in a terminal, on a page, as data."""
