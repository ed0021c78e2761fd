"""Where events are from publish() until the database has them."""
