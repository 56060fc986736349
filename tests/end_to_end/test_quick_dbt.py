"""What makes dbt quick in the tests changes nothing of what it renders."""

import importlib
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

SCRIPT = """
import sys
from fractions import Fraction
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from quick_dbt import keep_compiled_templates
keep_compiled_templates(Path(sys.argv[2]))
from dbt.clients.jinja import get_rendered
for source in ("{{ 1 + 1 == 3 }}", "{{ name }}"):
    print([repr(get_rendered(source, {"name": name}, native=native)) for name in (Fraction(1, 3), "bob") for native in (0, 1)])
try:
    get_rendered("{{ broken", {})
except Exception as error:
    print(type(error).__name__)
"""


def rendered(folder):
    arguments = [sys.executable, "-c", SCRIPT, str(Path(__file__).parent), str(folder)]
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def test_kept_templates_render_as_text_and_natively_and_break_where_they_did(tmp_path):
    first, again = rendered(tmp_path), rendered(tmp_path)
    assert list(tmp_path.rglob("*")), "nothing was kept"
    assert first == again
    get_rendered = importlib.import_module("dbt.clients.jinja").get_rendered
    sources = ("{{ 1 + 1 == 3 }}", "{{ name }}")
    for line, source in zip(first.splitlines(), sources, strict=False):
        ways = [(name, native) for name in (Fraction(1, 3), "bob") for native in (0, 1)]
        assert line == str([repr(get_rendered(source, {"name": name}, native=native)) for name, native in ways])
    assert first.splitlines()[-1] == "CompilationError"
