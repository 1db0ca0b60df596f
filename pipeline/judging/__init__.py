"""What the newest block says, how often it was looked at, how long outcomes take."""
