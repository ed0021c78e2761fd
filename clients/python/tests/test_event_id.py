import unittest

from taskwire.protocol.event_id import EventIdSource, event_id_time_ms


class EventIds(unittest.TestCase):
    def test_ids_are_uuids_of_version_7_that_ascend_within_and_across_milliseconds(self) -> None:
        times = iter([1_000] * 6_000 + [1_001] * 10 + [900] * 10)
        source = EventIdSource(lambda: next(times), lambda count: bytes(range(count)))
        ids = [source() for _ in range(6_020)]
        self.assertEqual(ids, sorted(set(ids)))
        for each in ids:
            self.assertRegex(each, r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
        self.assertEqual(event_id_time_ms(ids[0]), 1_000)

    def test_a_clock_that_was_corrected_by_more_than_jitter_is_followed(self) -> None:
        times = iter([1_000_000, 900_000])
        source = EventIdSource(lambda: next(times), lambda count: b"\xff" * count)
        self.assertEqual([event_id_time_ms(source()) for _ in range(2)], [1_000_000, 900_000])
