"""Commands on steps of a case: claim, draft, complete, send back, transfer, delegate, countersign."""
