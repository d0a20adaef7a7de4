"""The office: all functions of Yimen except screens and PDF rendering.

It imports neither Flask nor PDF libraries. All changes go through `office.perform`; `*.queries` read within
an actor's data scope.
"""
