"""Commands on accounts: adding and changing them, signing in, proving who one is, sessions."""
