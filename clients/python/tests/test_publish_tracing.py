"""What publish() does with a trace. OpenTelemetry is the worker's own choice: where it is not installed, only what does not
need it is tested.
"""

import importlib.util
import unittest
from typing import Any, List

from taskwire import TaskStatusNotifier
from taskwire.protocol.traceparent import read_traceparent

from .surroundings import FolderCase

GIVEN = f"00-{'a' * 32}-{'b' * 16}-01"


def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


class Traces(FolderCase):
    def published(self, notifier: TaskStatusNotifier) -> List[Any]:
        return [event.get("traceparent") for event in self.payloads(notifier)]

    def test_a_given_trace_goes_with_the_event_and_what_is_none_is_left_out(self) -> None:
        notifier = self.notifier()
        for given in (GIVEN, "nonsense", 5, f"00-{'0' * 32}-{'b' * 16}-01", None):
            self.assertTrue(notifier.publish("a", "RUNNING", traceparent=given))  # type: ignore[arg-type]
        self.assertEqual(self.published(notifier), [GIVEN, None, None, None, None])

    @unittest.skipUnless(_installed("opentelemetry.trace"), "opentelemetry-api is not installed")
    def test_the_active_trace_goes_with_the_event_unless_another_one_is_given(self) -> None:
        from opentelemetry import trace

        notifier = self.notifier()
        context = trace.SpanContext(0xC, 0xD, False, trace.TraceFlags(1))
        with trace.use_span(trace.NonRecordingSpan(context)):
            notifier.publish("a", "RUNNING")
            notifier.publish("a", "RUNNING", traceparent=GIVEN)
            notifier.publish("a", "RUNNING", traceparent=f"00-{0xC:032x}-{0xE:016x}-01")
        notifier.publish("a", "RUNNING")
        traces = [carried and carried[3:35] for carried in self.published(notifier)]
        self.assertEqual(traces, [f"{0xC:032x}", GIVEN[3:35], f"{0xC:032x}", None])

    @unittest.skipUnless(_installed("opentelemetry.sdk.trace"), "opentelemetry-sdk is not installed")
    def test_publish_is_a_span_below_the_active_one_and_the_event_carries_it(self) -> None:
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        trace.set_tracer_provider(provider)
        notifier = self.notifier()
        with trace.get_tracer("worker").start_as_current_span("job"):
            notifier.publish("a", "RUNNING", task_name="tasks.test")
            notifier.publish("", "RUNNING")
        accepted, refused, job = exporter.get_finished_spans()
        self.assertEqual(accepted.name, "publish RUNNING")
        self.assertEqual(accepted.kind, trace.SpanKind.PRODUCER)
        self.assertEqual(accepted.parent.span_id, job.context.span_id)
        self.assertEqual(
            self.published(notifier), [f"00-{job.context.trace_id:032x}-{accepted.context.span_id:016x}-{job.context.trace_flags:02x}"]
        )
        self.assertEqual(refused.status.status_code, trace.StatusCode.ERROR)
        self.assertEqual(refused.attributes["error.type"], "event_invalid")


class Traceparents(unittest.TestCase):
    def test_zeros_and_version_ff_are_no_traceparent(self) -> None:
        for text in (f"00-{'a' * 32}-{'0' * 16}-01", f"ff-{'a' * 32}-{'b' * 16}-01", GIVEN + "\n", GIVEN.upper()):
            self.assertIsNone(read_traceparent(text))
        self.assertEqual(read_traceparent(GIVEN), GIVEN)
