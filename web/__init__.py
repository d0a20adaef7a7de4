"""The desk: Flask pages over the office.  Thin: people's clicks become commands, rows become pages."""
