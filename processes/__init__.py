"""The office: everything that Yimen does, without a screen and without a printer.

Knows nothing of Flask, HTML or PDF internals.  `office.perform` is the one door for changes;
`*.queries` answer questions within an actor's data scope.
"""
