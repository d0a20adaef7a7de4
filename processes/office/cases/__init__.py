"""Commands on whole cases: start, suspend and end, move, extend a limit, attach, fire timers."""
