"""The public part: what is known and what may be said, open to everybody without signing in."""
