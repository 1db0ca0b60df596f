"""What became of past leads: of those with a like value, and of those like this one."""
