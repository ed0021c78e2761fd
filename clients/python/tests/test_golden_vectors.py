"""What this client writes and refuses, by the vectors that all of taskwire shares."""

import json
import unittest

from taskwire.event.event_builder import EventBuilder
from taskwire.event.event_input import EventInput, event_input_problem
from taskwire.protocol.errors import TaskwireError
from taskwire.protocol.event_signature import SIGNATURE_BYTES_MAX, sign_event
from taskwire.protocol.timestamp import format_timestamp, parse_timestamp
from taskwire.signing_key import read_signing_key

from .vectors import BASE, SIGNATURES, read_vectors, schema_problems, wire_event

_INPUT_FIELDS = EventInput._fields
#: A version left out, which the builder writes; more digits than a listener takes, which it cuts.
_NOT_OURS = ("v1-fields-without-version", "long-fraction")
_BUILDER = EventBuilder(
    worker_container="secretflow-worker",
    event_bytes_max=BASE["event_bytes_max"],
    clock_us=lambda: 1_767_261_600_123_456,
    new_event_id=lambda: BASE["v1"]["event_id"],
)


def _input_of(event: dict) -> EventInput:
    return EventInput(**{name: value for name, value in event.items() if name in _INPUT_FIELDS})


def _written(event: EventInput) -> dict:
    written: dict = json.loads(_BUILDER.prepare(event)("publisher-1", 1).payload)
    return written


class GoldenVectors(unittest.TestCase):
    def test_events_are_signed_as_everywhere_in_taskwire(self) -> None:
        self.assertGreater(len(SIGNATURES["sign"]), 3)
        for vector in SIGNATURES["sign"]:
            with self.subTest(vector["name"]):
                key_id = vector["key_id"]
                key = read_signing_key(f"{key_id}:{SIGNATURES['keys'][key_id]}", None)
                assert key is not None
                signed = sign_event(vector["payload"], key)
                self.assertEqual(signed, vector["signed"])
                self.assertLessEqual(len(signed.encode()) - len(vector["payload"].encode()), SIGNATURE_BYTES_MAX)

    def test_every_valid_event_of_version_1_is_written_as_it_is(self) -> None:
        tried = 0
        for vector in read_vectors("valid"):
            if vector.get("base") != "v1" or not isinstance(wire_event(vector).get("data"), dict):
                continue
            event = wire_event(vector)
            with self.subTest(vector["name"]):
                written = _written(_input_of(event))
                self.assertEqual(schema_problems(written), [])
                for name in set(_INPUT_FIELDS) & set(event) - {"timestamp", "traceparent"}:
                    self.assertEqual(written[name], event[name])
                self.assertEqual(written.get("traceparent"), vector["expect"]["event"].get("traceparent"))
                self.assertEqual(parse_timestamp(written["timestamp"]), parse_timestamp(event["timestamp"]))
                tried += 1
        self.assertGreater(tried, 30)

    def test_an_event_that_says_something_invalid_is_refused_and_names_the_field(self) -> None:
        tried = 0
        for vector in read_vectors("invalid"):
            changed = vector.get("with", {})
            if vector.get("base") != "v1" or not changed or not set(changed) <= set(_INPUT_FIELDS):
                continue
            if vector.get("schema_accepts") or vector["expect"]["reason"] != "invalid_field":
                continue
            if vector["name"] in _NOT_OURS:
                continue
            with self.subTest(vector["name"]):
                event = _input_of(wire_event(vector))
                optional = {"task_name", "progress", "timestamp"}
                if set(changed) <= optional and all(value is None for value in changed.values()):
                    # None is how a Python caller leaves it out; it does not get to the wire.
                    self.assertEqual(schema_problems(_written(event)), [])
                elif changed == {"data": None}:
                    self.assertEqual(_written(event)["data"], {})
                else:
                    with self.assertRaises(TaskwireError) as refused:
                        _written(event)
                    self.assertEqual(refused.exception.code, "event_invalid")
                    self.assertIn(next(iter(changed)), str(refused.exception))
                tried += 1
        self.assertGreater(tried, 30)

    def test_what_no_row_could_hold_never_gets_to_the_wire(self) -> None:
        for vector in read_vectors("invalid"):
            if "payload" not in vector and "payload_parts" not in vector:
                continue
            text = vector["payload"] if "payload" in vector else "".join(
                part if isinstance(part, str) else part["repeat"] * part["times"] for part in vector["payload_parts"]
            )
            try:
                event = json.loads(text)
            except (ValueError, RecursionError):
                continue
            if not isinstance(event, dict) or not isinstance(event.get("data"), dict):
                continue
            with self.subTest(vector["name"]):
                given = _input_of(event)
                if event_input_problem(given) is None:
                    payload = _BUILDER.prepare(given)("publisher-1", 1).payload
                    self.assertLessEqual(len(payload.encode()), BASE["event_bytes_max"])
                    self.assertNotIn("\\u0000", payload.replace("\\\\", ""))
                    self.assertNotRegex(payload, r":\s*(NaN|-?Infinity)")
                    self.assertLessEqual(_depth(json.loads(payload)["data"]), 64)

    def test_timestamps_are_read_as_the_listener_reads_them(self) -> None:
        for vector in read_vectors("valid"):
            if vector["group"] == "valid/timestamps":
                with self.subTest(vector["name"]):
                    expected = vector["expect"]["event"]["event_time_us"]
                    self.assertEqual(parse_timestamp(wire_event(vector)["timestamp"]), expected)
                    self.assertEqual(parse_timestamp(format_timestamp(expected)), expected)

    def test_what_is_no_timestamp_or_lies_outside_of_history_is_none(self) -> None:
        tried = 0
        for vector in read_vectors("invalid"):
            timestamp = vector.get("with", {}).get("timestamp")
            # How far ahead of the present a time may be, the listener's clock decides.
            if vector["group"] != "invalid/timestamps" or not isinstance(timestamp, str) or len(timestamp) > 64:
                continue
            with self.subTest(vector["name"]):
                read = parse_timestamp(timestamp)
                if read is not None:
                    self.assertGreater(format_timestamp(read), BASE["now"])
                tried += 1
        self.assertGreater(tried, 10)


def _depth(value: object) -> int:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if members is None else 1 + max((_depth(member) for member in members), default=0)


if __name__ == "__main__":
    unittest.main()
