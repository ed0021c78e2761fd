p.received <> int8multirange(int8range(1, greatest(upper(p.received), p.last_sequence + 1)))
