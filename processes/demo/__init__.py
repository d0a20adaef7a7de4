"""The demonstration office: a county filled with households and cases. Nothing of it stands in a real office."""
