"""publisher-main.ts once more, in Python: what a worker does, told to the ledger. The first argument is a PublisherConfig."""

import json
import os
import random
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../clients/python/src"))

from taskwire import RedisNames, TaskStatusNotifier  # noqa: E402
from taskwire.protocol.timestamp import format_timestamp  # noqa: E402
from task_script import TaskScript  # noqa: E402

#: How often it publishes what is due.
TICK_S = 0.01
#: How long it stays at one offset of a wrong clock.
CLOCK_JUMP_S = 0.5
#: Its median time of publish() is over so many of them, the last.
PUBLISH_TIMES_KEPT = 500
#: How long it may take until the last event is acknowledged, before it gives up with exit code 3.
FLUSH_MS_MAX = 90_000


class Publisher:
    def __init__(self, config):
        self.config = config
        self.begun = time.monotonic()
        self.ledger = os.open(config["ledgerPath"], os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o644)
        # The producer before this one may have been killed in the middle of a line.
        os.write(self.ledger, b"\n")
        options = {"clock_us": self.clock_us} if "clock" in config else {}
        if "outboxBytesMax" in config:
            options["outbox_bytes_max"] = config["outboxBytesMax"]
        names = {field: config["names"][field] for field in RedisNames._fields}
        self.notifier = TaskStatusNotifier(
            redis_url=config["redisUrl"],
            names=RedisNames(**names),
            worker_container=config["label"],
            outbox_path=config["outboxPath"],
            **options,
        )
        self.next_event = TaskScript(config["label"], random.Random(config["seed"]))
        self.published = 0
        self.last_time_us = 0
        self.stopping = False
        self.resting = False
        self.asked = 0
        self.times = []
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "stopping", True))
        # It rests, and goes on when it is told so again, as a worker between tasks.
        signal.signal(signal.SIGUSR1, lambda *_: setattr(self, "resting", not self.resting))
        signal.signal(signal.SIGUSR2, lambda *_: setattr(self, "asked", self.asked + 1))

    def clock_us(self):
        offsets = self.config.get("clock", {}).get("offsetsMs", [0])
        jumps = int((time.monotonic() - self.begun) / CLOCK_JUMP_S)
        return time.time_ns() // 1000 + int(offsets[min(len(offsets) - 1, jumps)] * 1000)

    def run(self):
        self.notifier.start()
        print("publishing", flush=True)
        while not self.stopping and self.published < self.config["eventsMax"]:
            self.answer()
            due = (time.monotonic() - self.begun) * self.config["eventsPerS"]
            while not self.resting and self.published < min(due, self.config["eventsMax"]):
                self.publish_next()
            time.sleep(TICK_S)
        deadline = time.monotonic() + FLUSH_MS_MAX / 1000
        acknowledged = False
        while not acknowledged and time.monotonic() < deadline:
            self.answer()
            acknowledged = self.notifier.flush(100)
        words = "acknowledged" if acknowledged else "not acknowledged"
        print(f"published {self.published} {words}", flush=True)
        self.notifier.stop()
        return 0 if acknowledged else 3

    def answer(self):
        while self.asked > 0:
            self.asked -= 1
            times = sorted(self.times)
            median = times[len(times) // 2] if times else 0
            view = {**self.notifier.status()._asdict(), "publish_ms_median": median}
            print(f"observed {json.dumps(view)}", flush=True)

    def publish_next(self):
        event = self.next_event()
        n = f"{self.config['label']}-{os.getpid()}-{self.published}"
        self.published += 1
        now_us = self.clock_us()
        self.last_time_us = now_us if "clock" in self.config else max(self.last_time_us + 1, now_us)
        data = {**event["data"], "n": n}
        intent = {
            **event,
            "n": n,
            "data": data,
            "time_us": self.last_time_us,
            "task_name": "tasks.test.chaos",
            "worker_container": self.config["label"],
        }
        self.tell(intent)
        called_at = time.perf_counter()
        outcome = self.notifier.publish(
            event["task_request_id"],
            event["status"],
            data,
            attempt=event["attempt"],
            task_name=intent["task_name"],
            timestamp=format_timestamp(self.last_time_us),
        )
        self.times = [*self.times[1 - PUBLISH_TIMES_KEPT :], (time.perf_counter() - called_at) * 1000]
        if outcome.accepted:
            self.tell({"accepted": n})

    def tell(self, entry):
        os.write(self.ledger, f"{json.dumps(entry)}\n".encode())


sys.exit(Publisher(json.loads(sys.argv[1])).run())
