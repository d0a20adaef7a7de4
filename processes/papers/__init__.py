"""Papers: what is issued, with its contract stored at the moment of issue and rendered later."""
