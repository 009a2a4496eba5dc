"""Replaces functions of MiniStack."""
from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS


def wrap(module: Any, name: str, wrapper: Callable) -> None:
    """Replaces a function by one that receives the original function as its first argument."""
    original = getattr(module, name)
    setattr(module, name, lambda *args, **kwargs: wrapper(original, *args, **kwargs))


def wrap_resource_type(resource_type: str, **wrappers: Callable) -> None:
    """Replaces the functions that CloudFormation calls for a resource type: `create`, `update`, `delete`."""
    handlers = _RESOURCE_HANDLERS[resource_type]
    for operation, wrapper in wrappers.items():
        handlers[operation] = _bind(wrapper, handlers[operation])


def _bind(wrapper: Callable, original: Callable) -> Callable:
    return lambda *args, **kwargs: wrapper(original, *args, **kwargs)
