"""Puts publish() into the active trace, where the worker has OpenTelemetry. There is nothing to set."""

from typing import Any, Dict, NamedTuple, Optional

from .event.event_input import EventInput
from .interruption import let_through
from .protocol.errors import TaskwireError
from .protocol.traceparent import read_traceparent


class TracedPublish(NamedTuple):
    """One publish() in the trace of whoever called it."""

    #: What the event carries: whatever the listener does with it comes below this span.
    traceparent: str
    span: Any = None

    def end(self, refusal: Optional[TaskwireError] = None) -> None:
        """:param refusal: why the event was not accepted"""
        if self.span is None:
            return
        try:
            if refusal is not None:
                from opentelemetry.trace import Status, StatusCode

                self.span.set_attribute("error.type", refusal.code)
                self.span.set_status(Status(StatusCode.ERROR, str(refusal)))
            self.span.end()
        except Exception as error:  # A processor that raises costs the trace and not the event.
            let_through(error)


class PublishTracing:
    """Joins traces and begins none."""

    def __init__(self) -> None:
        try:
            from opentelemetry import trace
        except ImportError:
            trace = None
        self._trace: Any = trace

    def begin(self, event: EventInput) -> Optional[TracedPublish]:
        """None where nobody traces."""
        given = read_traceparent(event.traceparent)
        if self._trace is None:
            return None if given is None else TracedPublish(given)
        try:
            return self._begin(event, given)
        except Exception as error:
            let_through(error)
            return None

    def _begin(self, event: EventInput, given: Optional[str]) -> Optional[TracedPublish]:
        trace = self._trace
        active = trace.get_current_span().get_span_context()
        if given is None:
            if not active.is_valid:
                return None
            parent = None
        elif active.is_valid and trace.format_trace_id(active.trace_id) == given[3:35]:
            # Both are parts of one trace, and this one is nearer.
            parent = None
        else:
            parent = trace.set_span_in_context(trace.NonRecordingSpan(self._remote(given)))
        span = trace.get_tracer("taskwire").start_span(
            f"publish {event.status}", parent, trace.SpanKind.PRODUCER, _attributes(event)
        )
        context = span.get_span_context()
        ids = f"{trace.format_trace_id(context.trace_id)}-{trace.format_span_id(context.span_id)}"
        return TracedPublish(f"00-{ids}-{context.trace_flags:02x}", span)

    def _remote(self, traceparent: str) -> Any:
        flags = self._trace.TraceFlags(int(traceparent[53:], 16) & 1)
        return self._trace.SpanContext(int(traceparent[3:35], 16), int(traceparent[36:52], 16), True, flags)


def _attributes(event: EventInput) -> Dict[str, Any]:
    attributes: Dict[str, Any] = {
        "messaging.operation.name": "publish",
        "messaging.operation.type": "send",
        "taskwire.task_request_id": event.task_request_id,
        "taskwire.status": event.status,
        "taskwire.attempt": event.attempt,
    }
    if event.task_name is not None:
        attributes["taskwire.task_name"] = event.task_name
    return attributes
