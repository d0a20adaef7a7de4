"""Commands of the program itself: jobs, seals, keys, restoring, founding, the log of reads."""
