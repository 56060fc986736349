"""Functions that numba compiles: how, and where the result is kept.

In them a loop assigns what a slice could: the shape checks of slices cost a second of compiling each.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

INNER: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""No wrapper that takes a Python call's arguments apart, a quarter of all compiling. A call from Python would crash."""


def inner(function: Function) -> Function:
    """Compile a function that only compiled functions call."""
    return cast(Function, numba.njit(**INNER)(function))


def tiny(function: Function) -> Function:
    """Compile into its callers: handing over what it reads costs more than what these do."""
    return cast(Function, numba.njit(forceinline=True, **INNER)(function))


def entry(function: Function) -> Function:
    """Compile a function that Python calls and keep the result on disk, where there is a place to write to.

    numba tries the folder of the module, then the user's cache folder; NUMBA_CACHE_DIR names another.
    """
    try:
        compiled = numba.njit(nogil=True, error_model="numpy", cache=True)(function)
    except RuntimeError:  # no folder to write to: compiled again by each process
        compiled = numba.njit(nogil=True, error_model="numpy")(function)
    return cast(Function, compiled)
