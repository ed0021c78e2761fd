"""What every part agrees on: statuses, ids, times, Redis names, errors. No I/O, no clock."""
