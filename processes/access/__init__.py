"""Who people are, what they may do, what they may see, and the log of sensitive reads."""
