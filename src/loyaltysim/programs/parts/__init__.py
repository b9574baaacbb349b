"""Parts of a program, each with kinds of its own: enrollment, reward, expiry, customer response."""
