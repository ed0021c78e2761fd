"""Whatever a task puts into its data becomes JSON that every listener takes."""

import dataclasses
import datetime
import enum
import json
import math
import unittest
import uuid
from decimal import Decimal

from taskwire.event.cut_data import cut_data
from taskwire.event.safe_json import safe_json


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    y: float


class Unreadable:
    def __str__(self) -> str:
        raise ValueError("no")


def _plain(value: object) -> object:
    return json.loads(safe_json({"value": value}))["value"]


class SafeJson(unittest.TestCase):
    def test_plain_values_are_left_as_they_are(self) -> None:
        data = {"a": [1, 2.5, "x", None, True], "任务": {"ü": "é😀"}}
        self.assertEqual(json.loads(safe_json(data)), data)

    def test_numbers_that_json_or_a_double_does_not_have_become_null_or_text(self) -> None:
        self.assertIsNone(_plain(math.nan))
        self.assertIsNone(_plain([math.inf])[0])  # type: ignore[index]
        self.assertEqual(_plain(2**53 - 1), 2**53 - 1)
        self.assertEqual(_plain(2**53), str(2**53))
        self.assertEqual(_plain(-(2**70)), str(-(2**70)))
        self.assertTrue(str(_plain(10**5000)).startswith("0x"))
        self.assertEqual(_plain(Decimal("1.10")), "1.10")

    def test_nul_and_lone_surrogates_become_the_replacement_character_also_in_keys(self) -> None:
        self.assertEqual(_plain("a\0b\ud800c"), "a\ufffdb\ufffdc")
        self.assertEqual(json.loads(safe_json({"k\0": 1})), {"k\ufffd": 1})
        self.assertEqual(_plain("\\u0000"), "\\u0000")

    def test_what_python_has_and_json_has_not_becomes_what_one_would_expect(self) -> None:
        self.assertEqual(_plain(datetime.datetime(2026, 1, 2, 3, 4, 5)), "2026-01-02T03:04:05")
        self.assertEqual(_plain(datetime.timedelta(seconds=1.5)), 1.5)
        self.assertEqual(_plain(uuid.UUID(int=1)), "00000000-0000-0000-0000-000000000001")
        self.assertEqual(_plain((1, {2})), [1, [2]])
        self.assertEqual(_plain(b"text"), "text")
        self.assertEqual(_plain(b"\xff\x00"), "/wA=")
        self.assertEqual(_plain(Colour.RED), "red")
        self.assertEqual(_plain(Point(1, 2.0)), {"x": 1, "y": 2.0})
        self.assertEqual(_plain(ValueError("bad")), "ValueError: bad")
        self.assertEqual(json.loads(safe_json({1: "a", None: "b", (1, 2): "c"})), {"1": "a", "null": "b", "(1, 2)": "c"})

    def test_what_cannot_be_read_says_so_and_hides_nothing_else(self) -> None:
        circle: list = []
        circle.append(circle)
        plain = json.loads(safe_json({"circle": circle, "bad": Unreadable(), "good": 1}))
        self.assertEqual(plain, {"circle": ["[circular]"], "bad": "[unreadable: no]", "good": 1})

    def test_data_nested_too_deep_is_cut_where_the_listener_would_refuse_it(self) -> None:
        deep: dict = {}
        for _ in range(100_000):
            deep = {"a": deep}
        text = safe_json(deep)
        self.assertEqual(text.count("{"), 64)
        self.assertIn("[nested too deep]", text)

    def test_an_endless_value_ends(self) -> None:
        class Endless(dict):  # type: ignore[type-arg]
            def __iter__(self):  # type: ignore[no-untyped-def]
                number = 0
                while True:
                    number += 1
                    yield [number]

            def __len__(self) -> int:
                return 1

            def __getitem__(self, key: object) -> object:
                return [key]

        self.assertIn("[too many values]", safe_json({"value": Endless(a=1), "bad": Unreadable()}))

    def test_data_that_is_too_large_loses_the_end_of_its_largest_field_and_says_so(self) -> None:
        cut = json.loads(cut_data(json.dumps({"small": 1, "large": "é" * 10_000}), 1_000))
        self.assertEqual(cut["small"], 1)
        self.assertEqual(cut["truncated"]["field"], "large")
        self.assertTrue(cut["large"].endswith("é…"))
        many = json.dumps({f"field-{number}": "x" * 100 for number in range(100)})
        self.assertEqual(json.loads(cut_data(many, 1_000))["truncated"]["field"], "data")
