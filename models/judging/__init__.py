"""What happened, beside what was said: every figure of judgement with its doubt."""
