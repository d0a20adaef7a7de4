"""Commands on content: drafts of programmes, publishing, migrating cases to another release."""
