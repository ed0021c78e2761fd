"""Wrappers that tell a task's story from its beginning to its end."""
