"""From what a task says to the JSON of its event. Nothing here writes or sends."""
