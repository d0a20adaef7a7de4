"""The desk: Flask pages over the office. Requests become commands, rows become pages."""
