"""Lint: reports what is wrong with a programme folder, and where, in plain Chinese."""

from processes.releases.lint.problems import Office, Problem
from processes.releases.lint.run import lint_bundle, lint_folder, lint_paths

__all__ = ["Office", "Problem", "lint_bundle", "lint_folder", "lint_paths"]
