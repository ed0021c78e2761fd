"""A decorator for functions that are tasks."""

import functools
import inspect
from typing import Any, Callable, Optional, TypeVar, Union, cast, overload

from .default_notifier import get_notifier
from .interruption import let_through
from .log import Logger
from .notifier import TaskStatusNotifier
from .protocol.errors import message_of

F = TypeVar("F", bound=Callable[..., Any])

#: The name of an argument, or what finds the id among the arguments.
IdSource = Union[str, Callable[..., str]]


@overload
def tracked(function: F) -> F: ...


@overload
def tracked(
    *,
    task_request_id: IdSource = "task_request_id",
    task_name: Optional[str] = None,
    notifier: Optional[TaskStatusNotifier] = None,
) -> Callable[[F], F]: ...


def tracked(
    function: Optional[F] = None,
    *,
    task_request_id: IdSource = "task_request_id",
    task_name: Optional[str] = None,
    notifier: Optional[TaskStatusNotifier] = None,
) -> Union[F, Callable[[F], F]]:
    """Publishes RUNNING, SUCCESS with the result, and FAILURE with the error of each call, also of ``async`` functions.

    >>> @tracked
    ... def make_report(task_request_id, month): ...
    >>> @tracked(task_name="orders.ship", task_request_id=lambda order: f"order-{order.id}")
    ... def ship(order): ...

    :param task_request_id: the name of an argument, or a function of all arguments
    :param task_name: default: module and name of the function
    :param notifier: default: that of the process
    """

    def decorate(wrapped: F) -> F:
        name = task_name or f"{wrapped.__module__}.{wrapped.__qualname__}"
        find_id = _finder(wrapped, task_request_id)

        def begin(args: Any, kwargs: Any) -> Any:
            """None where nothing can be told: the function runs all the same."""
            try:
                return (notifier or get_notifier()).running(find_id(*args, **kwargs), task_name=name)
            except Exception as error:
                let_through(error)
                Logger().error("a task is not tracked", task_name=name, problem=message_of(error))
                return None

        @functools.wraps(wrapped)
        def call(*args: Any, **kwargs: Any) -> Any:
            running = begin(args, kwargs)
            if running is None:
                return wrapped(*args, **kwargs)
            with running as run:
                result = wrapped(*args, **kwargs)
                run.set_result(result)
                return result

        @functools.wraps(wrapped)
        async def call_async(*args: Any, **kwargs: Any) -> Any:
            running = begin(args, kwargs)
            if running is None:
                return await wrapped(*args, **kwargs)
            with running as run:
                result = await wrapped(*args, **kwargs)
                run.set_result(result)
                return result

        return cast(F, call_async if inspect.iscoroutinefunction(wrapped) else call)

    return decorate if function is None else decorate(function)


def _finder(function: Callable[..., Any], source: IdSource) -> Callable[..., str]:
    if not isinstance(source, str):
        return source
    name = source
    signature = inspect.signature(function)
    if name not in signature.parameters:
        raise TypeError(f"{function.__qualname__} has no argument {name}: say by task_request_id where the id is")

    def find(*args: Any, **kwargs: Any) -> str:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return str(bound.arguments[name])

    return find
