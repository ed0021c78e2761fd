"""What is known of the way of events: pure data and rules, without clock or network."""
