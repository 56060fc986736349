"""What `make check` says to somebody who edits seeds and rules and errs: file, line, row, and what to do."""

import fcntl
import hashlib
import os

import pytest
from harness import WARM, add_rows, project_copy
from test_bad_seeds import edited as rows_of
from test_preview import RULE, with_rule

from vitrine.engines.check.files import RULE_HELPERS

CONNECTOR = "contract_files"
SEEDS = (
    "slate_limits",
    "slate_pairs",
    "pinned_slots",
    "curated_pairs",
    "rule_exclusions",
    "price_limits",
    "contact_limits",
    "customer_tiers",
)


def check(project, *arguments, connector=CONNECTOR, folder=None):
    """Return the exit code and the lines of a check of the project."""
    command = ["vitrine.engines.check", connector, "--project", str(project), *arguments]
    places = {"VITRINE_WAREHOUSE": str(folder or project / "warehouse"), "NO_COLOR": "1"}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DBT_")} | places
    code, said = WARM.run(command, project, environment)
    assert "Traceback" not in said, said
    return code, said.splitlines()


def state(warehouse):
    """Return a hash of every file of the warehouse but the lock."""
    files = sorted(path for path in warehouse.path.iterdir() if path.is_file() and path.suffix != ".lock")
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def begin_like(lines, beginnings):
    """Compare lines with how they must begin."""
    cut = [line[: len(text)] for line, text in zip(lines, beginnings, strict=False)]
    assert cut + lines[len(cut) :] == beginnings, "\n".join(lines)


class Edited:
    """A copy of the project beside the warehouse of the shop, to which the test does its mischief."""

    def __init__(self, warehouse, folder):
        self.warehouse, self.project = warehouse, project_copy(folder)
        self.files = {path: path.read_bytes() for path in self.project.rglob("*") if path.is_file()}

    def check(self, *arguments):
        return check(self.project, *arguments, folder=self.warehouse.path)

    def reset(self):
        """Undo every edit; what was not edited keeps its age."""
        for path in [
            *self.project.glob("seeds/*"),
            *self.project.glob("models/**/*.*"),
            self.project / "dbt_project.yml",
        ]:
            if path not in self.files:
                path.unlink()
            elif path.read_bytes() != self.files[path]:
                path.write_bytes(self.files[path])
        for path, content in self.files.items():
            if not path.exists():
                path.write_bytes(content)


@pytest.fixture(scope="module")
def once(shop, tmp_path_factory):
    warehouse, _ = shop
    return Edited(warehouse, tmp_path_factory.mktemp("checked"))


@pytest.fixture
def edited(once):
    """The project without anybody's edits."""
    once.reset()
    return once


def test_the_shop_as_it_is_has_nothing_wrong_and_every_rule_says_what_it_touches(edited):
    before = state(edited.warehouse)
    code, said = edited.check()
    assert code == 0, said
    assert said[0].startswith("Names of products, categories and others are staged anew")
    seeds = len(list(edited.project.glob("seeds/*.csv")))
    rules = len(list(edited.project.glob("models/intermediate/rules/*.sql"))) - len(RULE_HELPERS)
    assert said[-1] == f"{seeds} seeds, {rules} rules: nothing wrong."
    assert len([one for one in said if one.startswith("  ")]) == rules
    ((rows, products),) = edited.warehouse.query(
        "select count(*), count(distinct product_id) from intermediate.int_rules__verdicts "
        "inner join intermediate.int_calendar__cutoffs using (cutoff_at) "
        "where cutoff_role = 'serve' and rule_name = 'not_sellable'"
    )
    assert any(one.split() == f"not_sellable block {rows}: all customers, {products} products".split() for one in said)
    assert state(edited.warehouse) == before


def test_mistakes_in_seeds_are_named_with_line_row_and_the_names_that_were_meant(edited):
    project = edited.project
    add_rows(project, "rule_exclusions", '\n,category,categry 2,"not by\nmail",Legal,2000-01-01,')
    add_rows(project, "rule_exclusions", ",brand,Brand 3,a dispute,Legal,2000-01-01,")
    add_rows(project, "rule_exclusions", ",brand,brand 1,a dispute,Legal,2000-01-01,2001-01-01")
    add_rows(project, "rule_exclusions", ",brand,brand 2,a dispute,Legal,2000-01-01,")
    first = len(edited.files[project / "seeds" / "rule_exclusions.csv"].decode().splitlines()) + 2
    rows_of(edited, "slate_limits", [
        ",email,few,at_most,category,,few,Ada,,,a note",
        ",email,more wool,at_least,material,wool,3,Ada,,,a note",
        ",email,less wool,at_most,material,wool,2,Bob,,,a note",
        ",email,twice,at_most,material,,5,Ada,,2024-06-01,a note",
        ",email,twice,at_most,material,,6,Ada,2024-05-01,,a note",
        ",emial,where,at_most,material,,6,Ada,,,a note",
        "contract_files,email,what,at_most,materiel,,6,Ada,,,a note",
        ",email,which,at_mots,material,,6,Ada,,,a note",
    ])  # fmt: skip
    add_rows(
        project,
        "channel_policies",
        "contract_files,push,discovery,many,top_share,0.5,mmr,0.2,0,1,3,4,1,,0,,,14,true,,CRM,why",
    )
    add_rows(project, "objective_weights", ",email,beauty,1,CRM,a note")
    add_rows(project, "model_parameters", ",als,factors,many,a note")
    lines = {seed: len((project / "seeds" / f"{seed}.csv").read_text().splitlines()) for seed in (
        "channel_policies", "objective_weights", "model_parameters",
    )}  # fmt: skip
    code, said = edited.check()
    assert code == 1
    assert said[0].startswith("Names of products, categories and others ")
    expected = [
        f"seeds/channel_policies.csv:{lines['channel_policies']}  push of contract_files: slot_count is many, must be a whole number",
        f"seeds/model_parameters.csv:{lines['model_parameters']}  als.factors: value is many, must be a whole number from 1 to 1024",
        f"seeds/objective_weights.csv:{lines['objective_weights']}  email, beauty: objective is beauty, must be one of purchase",
        f"seeds/rule_exclusions.csv:{first}  warning: category, categry 2: value is categry 2, which no category of the connector "
        "contract_files is called; did you mean 'category 2' or ",
        f"seeds/rule_exclusions.csv:{first + 2}  warning: brand, Brand 3: value is Brand 3, which no brand of the connector "
        "contract_files is called; did you mean 'brand 3'?",
        f"seeds/rule_exclusions.csv:{first + 3}  note: brand, brand 1: valid_until_on has ended (2001-01-01)",
        "seeds/slate_limits.csv:2  few: slot_count is few, must be a whole number from 0 to 50",
        "seeds/slate_limits.csv:3  more wool: slot_count asks for 3 slots of wool, but the limit less wool allows 2",
        "seeds/slate_limits.csv:5  note: twice: valid_until_on has ended (2024-06-01)",
        "seeds/slate_limits.csv:6  twice: valid_from_on overlaps with line ",
        "seeds/slate_limits.csv:7  where: channel is emial, must be empty (every channel) or a channel of "
        "seeds/channel_policies.csv; did you mean 'email'?",
        "seeds/slate_limits.csv:8  what: attribute_name is materiel, must be product, category",
        "seeds/slate_limits.csv:9  which: limit_type is at_mots, must be at_most, at_least, at_least_distinct; did you mean",
    ]
    problems = [one for one in said if one.startswith("seeds/")]
    begin_like(problems, expected)
    assert "did you mean 'material'?" in problems[11]
    assert said[-1] == "9 errors, 2 warnings, 2 notes."
    # The rule that reads a seed without errors is tried on the edited seed.
    assert any(one.split()[:2] == ["excluded", "block"] for one in said), "\n".join(said)


def test_a_row_that_has_ended_is_told_and_no_failure(edited):
    add_rows(edited.project, "rule_exclusions", ",brand,brand 1,a dispute,Legal,2000-01-01,2001-01-01")
    code, said = edited.check()
    assert (code, said[-1]) == (0, "1 note.")


def test_files_that_cannot_be_read_stop_before_dbt(edited):
    project = edited.project
    add_rows(project, "slate_limits", ",email,few,at_most,category,3,Ada,,,a note")
    path = project / "seeds" / "price_limits.csv"
    path.write_text(path.read_text().replace("max_price_ratio", "max_price_ration", 1))
    line = len((project / "seeds" / "slate_limits.csv").read_text().splitlines())
    code, said = edited.check()
    assert code == 1
    assert said[:3] == [
        "seeds/price_limits.csv:1  the header lacks max_price_ratio",
        "seeds/price_limits.csv:1  the header names the column 'max_price_ration', which seeds/price_limits.yml does not know; "
        "did you mean 'max_price_ratio'?",
        f"seeds/slate_limits.csv:{line}  has 10 cells, the header has 11: put a text that holds a comma into quotes",
    ]
    assert said[-1] == "3 errors."


def test_mistakes_in_rules_are_named_with_file_and_line(edited):
    project, rules = edited.project, "models/intermediate/rules"
    sound = {"customer": "cast(null as varchar)", "verdict": "block", "weight": "null", "where": "product_id = 'p003'"}
    for name, edit in {
        "sound": {},
        "badly_bound": {"where": "colour = 'red'"},
        "bad_verdict": {"verdict": "blok"},
        "no_weight": {"verdict": "boost"},
        "untyped": {"customer": "null"},
        "half_required": {"verdict": "require"},
    }.items():
        with_rule(project, name, **(sound | edit))
    required = sound | {"customer": "'c001'", "verdict": "require"}
    with_rule(project, "requires", is_said_to_require=False, **required)
    folder = project / rules
    (folder / "int_rules__unlisted.sql").write_text(RULE.format(name="listed", **sound))
    with_rule(project, "no_reason", **sound)
    path = folder / "int_rules__no_reason.sql"
    path.write_text(path.read_text().replace("'a test' as reason", "cast(null as varchar) as raeson"))
    with_rule(project, "for_all", **sound)
    path = folder / "int_rules__for_all.sql"
    path.write_text(path.read_text().replace("    product_id,", "    cast(null as varchar) as product_id,"))
    code, said = edited.check()
    assert code == 1
    problems = [one for one in said if one.startswith(rules) and "has no models/" not in one]
    assert len([one for one in said if "has no models/" in one]) == 10
    expected = [
        "bad_verdict.sql  verdict is blok in 1 row, must be block, boost or require",
        'badly_bound.sql:11  Binder Error: Referenced column "colour" not found in FROM clause!',
        "for_all.sql  1 row with NULL in both customer_id and product_id, which means every product for everybody",
        "half_required.sql  1 row require without a customer or without a product: both must be named",
        "no_reason.sql  has no column reason; did you mean 'raeson'?",
        "no_weight.sql  1 row boost without a weight: say what is added to the score",
        "requires.sql  verdict is require in 1 row, but these become no candidates: write `requiring_rules: [half_required, ",
        "unlisted.sql  is not listed, so it does nothing: add the line `- unlisted` to the var rules in dbt_project.yml",
        "unlisted.sql  rule_name is listed in 1 row, must be unlisted, as in the file's name",
        "untyped.sql  customer_id is INTEGER, must be a text; where it is NULL write cast(null as {{ dbt.type_string() }})",
    ]
    found = sorted(one.removeprefix(f"{rules}/int_rules__") for one in problems)
    begin_like(found, expected)
    assert ["sound", "block", "1:", "all", "customers,", "1", "product"] in [one.split() for one in said]
    assert said[-1] == "20 errors."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select {{ var('nothing_of_this_name') }} as cutoff_at", "nothing_of_this_name"),
        ("select * from {{ ref('int_features__prodcts') }}", "int_features__prodcts"),
        ("{% if true %} select 1 as cutoff_at", "Unexpected end of template"),
        ("select {{ no_such_macro() }} as cutoff_at", "no_such_macro"),
    ],
)
def test_broken_jinja_is_named_with_its_file(edited, text, expected):
    sound = {"customer": "null", "verdict": "block", "weight": "null", "where": "true"}
    with_rule(edited.project, "broken", **sound)
    (edited.project / "models/intermediate/rules/int_rules__broken.sql").write_text(text)
    code, said = edited.check()
    assert code == 1
    # As file and line, so that an editor can go there; the rest that was found is told too.
    path = "models/intermediate/rules/int_rules__broken.sql"
    assert any(one.startswith(path) and expected in one for one in said if "has no models" not in one), said
    assert any(one.startswith(f"{path}  has no models") for one in said), said


def test_a_line_without_its_rule_and_a_broken_yml_stop_in_words(edited):
    settings = edited.project / "dbt_project.yml"
    settings.write_text(settings.read_text().replace("    - killed\n", "    - kiled\n"))
    line = settings.read_text().splitlines().index("    - kiled") + 1
    code, said = edited.check()
    assert code == 1
    assert (
        f"dbt_project.yml:{line}  the var rules lists kiled, but models/intermediate/rules/int_rules__kiled.sql is not there; "
        "did you mean 'killed'?"
    ) in said
    edited.reset()
    path = edited.project / "models/intermediate/rules/int_rules__killed.yml"
    path.write_text("models:\n  - name: [\n")
    code, said = edited.check()
    assert code == 1
    assert any(one.startswith("models/intermediate/rules/int_rules__killed.yml:3  is not yml: ") for one in said), said


def test_while_a_build_holds_the_warehouse_rules_are_only_compiled(edited):
    with (edited.warehouse.path / "vitrine.duckdb.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, said = edited.check()
    assert code == 0, said
    assert any(one.startswith("Rules were only compiled, not tried on data: Another build is using") for one in said)
    assert said[-1].endswith("rules: nothing wrong.")


def test_an_unknown_connector_a_missing_folder_and_missing_data_are_said_in_words(edited, tmp_path):
    code, said = check(edited.project, connector="contrat_files")
    assert code == 1
    assert said[0].startswith("Unknown connector 'contrat_files'. Known connectors: complete_journey, contract_files")
    assert "did you mean 'contract_files'?" in said[0]
    code, said = check(tmp_path)
    assert (code, "is not there: run this in the project's folder" in said[0]) == (1, True)
    # Neither a build nor a folder with the data of the shop.
    (tmp_path / "other").mkdir()
    code, said = check(project_copy(tmp_path / "other"))
    assert code == 1
    assert any("cannot be staged" in one for one in said), said
    assert "Rules were only compiled, not tried on data: there is no build yet." in said
