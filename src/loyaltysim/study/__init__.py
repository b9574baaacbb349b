"""Studies: from one run to an answer with its uncertainty."""
