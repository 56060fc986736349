"""Functions that numba compiles: how, and where the result is kept."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def inner(function: Function) -> Function:
    """Compile a function that only compiled functions call."""
    return cast(Function, numba.njit(nogil=True, error_model="numpy")(function))


def tiny(function: Function) -> Function:
    """Compile into its callers: handing over what it reads costs more than what these do."""
    return cast(Function, numba.njit(nogil=True, error_model="numpy", forceinline=True)(function))


def entry(function: Function) -> Function:
    """Compile a function that Python calls and keep the result on disk, where there is a place to write to.

    numba tries the folder of the module, then the user's cache folder; NUMBA_CACHE_DIR names another.
    """
    try:
        compiled = numba.njit(nogil=True, error_model="numpy", cache=True)(function)
    except RuntimeError:  # no folder to write to: compiled again by each process
        compiled = numba.njit(nogil=True, error_model="numpy")(function)
    return cast(Function, compiled)
