"""The rules of delivery, whatever happens in whatever order."""

import random
import unittest
from typing import Iterable, List, Tuple

from taskwire.delivery.delivery_state import (
    TAKEN_BACK_SETTLE_MS,
    DeliveryState,
    Sending,
    apply_ack,
    new_delivery,
    queue_up_to,
    record_sending,
    resumed_delivery,
)
from taskwire.delivery.publisher_ack import (
    PublisherAck,
    parse_publisher_ack,
    subtract_ranges,
    taken_back,
    unacknowledged,
)
from taskwire.delivery.resend_rules import Admission, next_due, resend_forgotten, resend_overdue
from taskwire.delivery.segments import PUBLISHED, QUEUED, STREAMED
from taskwire.delivery.sending_numbers import SendingNumbers

LAST = 40


def ack_of(received: Iterable[int]) -> PublisherAck:
    have = set(received)
    highest = max(have, default=0)
    low = 0
    while low + 1 in have:
        low += 1
    return PublisherAck(low, tuple(ranges_of(set(range(1, highest + 1)) - have)), highest)


def ranges_of(sequences: Iterable[int]) -> List[Tuple[int, int]]:
    ranges: List[Tuple[int, int]] = []
    for each in sorted(sequences):
        if ranges and ranges[-1][1] == each - 1:
            ranges[-1] = (ranges[-1][0], each)
        else:
            ranges.append((each, each))
    return ranges


def members(ranges: Iterable[Tuple[int, int]]) -> List[int]:
    return [each for first, last in ranges for each in range(first, last + 1)]


def send(state: DeliveryState, first: int, last: int, number: int, now_ms: float) -> DeliveryState:
    return record_sending(state, Sending(first, last, number, STREAMED, False), now_ms)


def applied(state: DeliveryState, ack: PublisherAck, last: int, now_ms: float) -> DeliveryState:
    verdict = apply_ack(state, ack, last, 0, now_ms)
    assert not verdict.beyond
    return verdict.state


def queued(state: DeliveryState) -> List[int]:
    return members((each.first, each.last) for each in state.segments if each.phase == QUEUED)


class Delivery(unittest.TestCase):
    def test_whatever_happens_every_event_is_acknowledged_or_accounted_for_exactly_once(self) -> None:
        for seed in range(300):
            with self.subTest(seed=seed):
                self._play(random.Random(seed))

    def _play(self, chance: random.Random) -> None:
        state, now, number = new_delivery(0), 0.0, 0
        for _ in range(40):
            now += 50
            step = chance.choice(["send", "late", "ack", "queue", "forget", "time"])
            if step == "send" and state.frontier < LAST:
                number += 1
                first = state.frontier + 1
                outcome = chance.choice([STREAMED, PUBLISHED])
                sending = Sending(first, min(LAST, first + chance.randrange(8)), number, outcome, False)
                state = record_sending(state, sending, now)
            elif step == "late":
                due = next_due(state.segments, Admission(True, True), now)
                if due is not None:
                    number += 1
                    last = min(due.last, due.first + chance.randrange(8))
                    state = record_sending(state, Sending(due.first, last, number, STREAMED, True), now)
            elif step == "ack":
                received = chance.sample(range(1, LAST + 1), chance.randrange(LAST + 1))
                state = applied(state, ack_of(received), LAST, now)
            elif step == "queue":
                state = queue_up_to(state, min(LAST, state.frontier + chance.randrange(5)), now)
            elif step == "forget":
                state = resend_forgotten(state, chance.randrange(20), now, chance.random())
            elif step == "time":
                now += chance.randrange(60_000)
                state = resend_overdue(state, chance.random() < 0.5, now, chance.random())
            waiting = members((each.first, each.last) for each in state.segments)
            self.assertEqual(waiting, members(unacknowledged(state.ack, state.frontier)))

    def test_ranges_are_subtracted_as_sets_are(self) -> None:
        chance = random.Random(7)
        for _ in range(500):
            a, b = ({chance.randrange(30) for _ in range(chance.randrange(20))} for _ in range(2))
            self.assertEqual(members(subtract_ranges(ranges_of(a), ranges_of(b))), sorted(a - b))

    def test_what_redis_forgot_is_sent_again_and_nothing_else(self) -> None:
        state = send(send(new_delivery(0), 1, 3, 1, 0), 4, 6, 2, 1_000)
        self.assertEqual(queued(resend_forgotten(state, 1, 1_000, 0)), [4, 5, 6])
        numbers = SendingNumbers()
        numbers.confirmed(numbers.next())
        self.assertFalse(numbers.forgot(1))
        self.assertTrue(numbers.forgot(0))
        self.assertFalse(numbers.forgot(0))

    def test_however_often_redis_refuses_and_forgets_an_event_its_next_loss_is_noticed_as_soon_as_the_first(self) -> None:
        state = send(new_delivery(0), 1, 3, 1, 0)
        number = 1
        for _ in range(20):
            state = resend_forgotten(state, number - 1, 0, 0)
            for outcome in (PUBLISHED, STREAMED):
                number += 1
                state = record_sending(state, Sending(1, 3, number, outcome, True), 0)
        state = send(state, 4, 6, number + 1, 0)
        passed = applied(state, ack_of([4, 5, 6]), 6, 100)
        self.assertEqual(queued(resend_overdue(passed, True, 7_000, 0.99)), [1, 2, 3])

    def test_slow_is_not_lost_an_event_in_a_stream_that_is_not_empty_waits(self) -> None:
        state = send(new_delivery(0), 1, 3, 1, 0)
        self.assertEqual(queued(resend_overdue(state, False, 29_000, 0.99)), [])
        self.assertEqual(queued(resend_overdue(state, False, 61_000, 0.99)), [1], "a probe")

    def test_an_event_that_was_passed_or_is_in_no_stream_is_sent_again_after_a_while_with_back_off(self) -> None:
        state = send(send(new_delivery(0), 1, 3, 1, 0), 4, 6, 2, 1_000)
        passed = applied(state, ack_of([4, 5]), 6, 1_100)
        self.assertEqual(queued(resend_overdue(passed, False, 2_000, 0)), [])
        self.assertEqual(queued(resend_overdue(passed, False, 4_100, 0.99)), [1, 2, 3])
        self.assertEqual(queued(resend_overdue(state, True, 3_500, 0)), [1, 2, 3, 4, 5, 6])

    def test_the_acknowledgement_of_a_copy_proves_nothing_while_others_come(self) -> None:
        state = resend_overdue(send(send(new_delivery(0), 1, 10, 1, 0), 11, 30, 2, 1_000), False, 40_000, 0.99)
        self.assertEqual(queued(state), [1], "a probe")
        state = send(state, 1, 1, 3, 40_000)
        for last in range(1, 21):
            now = 40_000 + last * 1_000
            state = resend_overdue(applied(state, ack_of(range(1, last + 1)), 30, now), False, now, 0.99)
            self.assertEqual(queued(state), [], f"after {last} acknowledgements")
        self.assertEqual(queued(resend_overdue(state, False, 63_100, 0.99)), list(range(21, 31)))

    def test_an_acknowledgement_that_goes_back_is_believed_when_it_stays_and_the_events_are_sent_again(self) -> None:
        state = applied(send(new_delivery(0), 1, 6, 1, 0), ack_of(range(1, 7)), 6, 10)
        unsure = apply_ack(state, ack_of([1, 2]), 6, 0, 20)
        self.assertEqual((unsure.taken_back, queued(unsure.state)), ([], []))
        sure = apply_ack(unsure.state, ack_of([1, 2]), 6, 0, 20 + TAKEN_BACK_SETTLE_MS)
        self.assertEqual(queued(sure.state), [3, 4, 5, 6])
        self.assertEqual(members(taken_back(ack_of(range(1, 7)), ack_of([1, 2]))), [3, 4, 5, 6])

    def test_an_acknowledgement_beyond_what_was_sent_is_somebody_elses(self) -> None:
        self.assertTrue(apply_ack(new_delivery(0), ack_of([1]), 0, 0, 0).beyond)

    def test_a_reopened_outbox_queues_what_is_not_acknowledged(self) -> None:
        self.assertEqual(queued(resumed_delivery(6, 2, ack_of([1, 2, 4]), 0)), [3, 5, 6])
        self.assertEqual(queued(resumed_delivery(6, 4, None, 0)), [5, 6])

    def test_what_is_no_acknowledgement_says_nothing(self) -> None:
        for text in ("", "{", "[]", "{}", '{"low_water":2,"highest":1,"missing":[]}', '{"low_water":true}'):
            self.assertIsNone(parse_publisher_ack(text))
        for missing in ("[[1,2]]", "[[3,9]]", "[[5,4]]", "[[3]]", '[["3",4]]', "[[4,4],[3,3]]"):
            self.assertIsNone(parse_publisher_ack(f'{{"low_water":2,"highest":8,"missing":{missing}}}'))
        good = PublisherAck(2, ((3, 4),), 8)
        self.assertEqual(parse_publisher_ack(good.to_json()), good)
