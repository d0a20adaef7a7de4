"""The application layer: every change goes through `Office.perform(command, actor)`."""

from processes.office.door import Office

__all__ = ["Office"]
