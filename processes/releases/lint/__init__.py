"""Lint: what is wrong with a programme folder, where, in plain Chinese, before anyone runs it."""

from processes.releases.lint.problems import Office, Problem
from processes.releases.lint.run import lint_bundle, lint_folder, lint_paths

__all__ = ["Office", "Problem", "lint_bundle", "lint_folder", "lint_paths"]
