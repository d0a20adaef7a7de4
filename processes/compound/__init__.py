"""Operations of several commands, above the door: batches, signing, the sweep of timers, jobs, sending, key
rotation."""
