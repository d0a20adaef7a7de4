"""The one door: `Office.perform(command, actor)` is how anything in the world changes."""

from processes.office.door import Office

__all__ = ["Office"]
