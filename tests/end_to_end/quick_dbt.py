"""dbt with less to do for every node, for builds whose data is so small that dbt itself is most of the time.

What a build computes stays as it is. No event of the level debug is made, a template is compiled once and not for every
node that renders it, and the macros that a node may call are laid out by copying. The builds of `.ci/run` go without.
"""

import hashlib
import importlib
import marshal
import os
import sys
import threading
from importlib.metadata import version
from pathlib import Path
from typing import Any


def make_dbt_quick(folder: Path) -> None:
    """Change dbt in this process and its forks, which keep compiled templates in a folder."""
    drop_debug_events()
    keep_compiled_templates(folder)
    copy_namespaces()


def drop_debug_events() -> None:
    """Let no event of the level debug be made.

    dbt fires some twenty for every node, looks for secrets in each and then drops it: a seventh of a build's time.
    """
    levels = importlib.import_module("dbt_common.events.base_types").EventLevel
    manager = importlib.import_module("dbt_common.events.event_manager").EventManager
    fire = manager.fire_event

    def fire_event(self: Any, e: Any, level: Any = None, *more: Any, **named: Any) -> None:
        if (level or e.level_tag()) != levels.DEBUG:
            fire(self, e, level, *more, **named)

    manager.fire_event = fire_event


def keep_compiled_templates(folder: Path) -> None:
    """Let a template's source be compiled by the first process that meets it: a tenth of a build's time."""
    environment = importlib.import_module("dbt_common.clients.jinja").MacroFuzzEnvironment
    compile_source = environment.compile
    known: dict[tuple[str, str], Any] = {}
    # What is compiled belongs to the versions that compiled it.
    versions = [str(sys.implementation.cache_tag), *(version(name) for name in ("jinja2", "dbt-common", "dbt-core"))]
    folder = folder / "-".join(versions)
    folder.mkdir(parents=True, exist_ok=True)

    def compiled(self: Any, source: Any, name: Any = None, filename: Any = None, *more: Any, **named: Any) -> Any:
        if not isinstance(source, str) or name or filename or more or named:
            return compile_source(self, source, name, filename, *more, **named)
        # The native environment makes other code of the same source.
        key = (type(self).__name__, source)
        if key not in known:
            kept = folder / hashlib.sha1("\n".join(key).encode()).hexdigest()
            try:
                known[key] = marshal.loads(kept.read_bytes())
            except FileNotFoundError:
                known[key] = compile_source(self, source)
                part = kept.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
                part.write_bytes(marshal.dumps(known[key]))
                part.replace(kept)
        return known[key]

    environment.compile = compiled


def copy_namespaces() -> None:
    """Let the hundreds of macros that a node may call be found once for a manifest: a tenth of a build's time.

    Each node has callables of its own still, bound to its context.
    """
    macros = importlib.import_module("dbt.context.macros")
    build_namespace = macros.MacroNamespaceBuilder.build_namespace
    known: dict[tuple[object, ...], tuple[Any, Any]] = {}

    def copied(self: Any, macros_by_package: Any, ctx: Any) -> Any:
        count = sum(map(len, macros_by_package.values()))
        key = (id(macros_by_package), count, self.root_package, self.search_package)
        if key not in known:
            # What is known keeps its mapping alive, so that no other can have its id.
            known[key] = (macros_by_package, build_namespace(self, macros_by_package, ctx))
        first = known[key][1]
        own: dict[int, Any] = {}

        def bound(generators: dict[str, Any]) -> dict[str, Any]:
            for one in generators.values():
                if id(one) not in own:
                    own[id(one)] = fresh = object.__new__(type(one))
                    fresh.__dict__.update(one.__dict__, context=ctx, node=self.node, stack=self.thread_ctx)
            return {name: own[id(one)] for name, one in generators.items()}

        return macros.MacroNamespace(
            global_namespace=bound(first.global_namespace),
            local_namespace=bound(first.local_namespace),
            global_project_namespace=bound(first.global_project_namespace),
            packages={name: bound(generators) for name, generators in first.packages.items()},
        )

    macros.MacroNamespaceBuilder.build_namespace = copied
