"""The press: plain data in, PDF bytes out.  Imports nothing of ours."""
