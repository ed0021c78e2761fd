"""The Redis side: one connection, the scripts, and what they answer."""
