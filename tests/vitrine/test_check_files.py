"""What is wrong with the files of seeds and rules is said with file and line, all at once and without dbt."""

import pytest

from vitrine.engines.check.files import checked_rules, checked_seeds, settings_of
from vitrine.engines.check.problems import CheckError, Problem, closest, meant, sorted_problems

YML = """seeds:
  - name: limits
    config:
      meta: {key: [limit_name]}
      column_types: {limit_name: varchar, slot_count: integer, note: varchar}
    columns:
      - {name: limit_name, description: a, config: {meta: {type: text, is_required: true}}}
      - {name: slot_count, description: b, config: {meta: {type: integer, min: 1, max: 5}}}
      - {name: note, description: c}
"""


def project(folder, csv="", yml=YML, name="limits"):
    """Write a project of one seed."""
    (folder / "seeds").mkdir()
    if csv is not None:
        path = folder / "seeds" / f"{name}.csv"
        path.write_bytes(csv if isinstance(csv, bytes) else csv.encode())
    if yml is not None:
        (folder / "seeds" / f"{name}.yml").write_text(yml)
    return folder


def said(folder):
    """Return the texts of all problems of a project's seeds, in order."""
    return [str(one) for one in sorted_problems(checked_seeds(folder)[1])]


def test_a_sound_seed_has_no_problem_and_knows_the_line_of_each_record(tmp_path):
    text = 'note,limit_name,slot_count\n"two\nlines, ""quoted""",a,1\n\r\n,b,\n5" pipe,c, 3 \n'
    seeds, problems = checked_seeds(project(tmp_path, text))
    assert not problems
    seed = seeds["limits"]
    assert [line for line, _ in seed.records] == [2, 5, 6]
    assert seed.records[0][1] == {"note": 'two\nlines, "quoted"', "limit_name": "a", "slot_count": "1"}
    assert [seed.line(number) for number in (1, 2, 3, 4, 0, None)] == [2, 5, 6, None, None, None]


def test_a_byte_order_mark_and_the_line_ends_of_windows_are_no_mistake(tmp_path):
    assert not said(project(tmp_path, b"\xef\xbb\xbflimit_name,slot_count,note\r\na,1,\r\n"))


def test_a_wrong_header_names_what_lacks_what_is_unknown_and_what_was_meant(tmp_path):
    assert said(project(tmp_path, "limit_nam,slot_count,slot_count\n")) == [
        "seeds/limits.csv:1  the header lacks limit_name, note",
        "seeds/limits.csv:1  the header names the column 'limit_nam', which seeds/limits.yml does not know; "
        "did you mean 'limit_name'?",
        "seeds/limits.csv:1  the header names the column slot_count 2 times",
    ]


def test_rows_with_other_cells_than_the_header_and_cells_of_another_type_are_named_together(tmp_path):
    text = "limit_name,slot_count,note\na,1\nb,2,x,y\nc,many,\nd,4,\ne,1.5,\n"
    assert said(project(tmp_path, text)) == [
        "seeds/limits.csv:2  has 2 cells, the header has 3: put a text that holds a comma into quotes",
        "seeds/limits.csv:3  has 4 cells, the header has 3: put a text that holds a comma into quotes",
        "seeds/limits.csv:4  slot_count is many, must be a whole number",
        "seeds/limits.csv:6  slot_count is 1.5, must be a whole number",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('limit_name,slot_count,note\na,1,x\nb,1,"open\nc,1,z\n', ":3  a quote that opens here is never closed"),
        ('limit_name,slot_count,note\na,1,"x" y\n', ":2  a quote does not close where its cell ends: double"),
        ('limit_name,slot_count,note\na,1,"x\nb,1,"y"\n', ":2  a quote does not close where its cell ends, up to line 3"),
        ("", "  is empty: its header must be limit_name,slot_count,note"),
        (b"limit_name,slot_count,note\na,1,x\nb,1,caf\xe9\n", ":3  is not UTF-8 (byte 0xe9): save the file as UTF-8"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_its_line(tmp_path, text, expected):
    (found,) = said(project(tmp_path, text))
    assert found.startswith(f"seeds/limits.csv{expected}")


def test_a_file_without_its_pair_is_named(tmp_path):
    project(tmp_path, "limit_name\n", None)
    (tmp_path / "seeds" / "limit.yml").write_text(YML)
    assert said(tmp_path) == [
        "seeds/limit.yml  describes a seed whose file seeds/limit.csv is not there; did you mean 'limits'?",
        "seeds/limits.csv  has no seeds/limits.yml: add one with a description and type of each column",
    ]


def test_a_broken_yml_is_named_with_its_line(tmp_path):
    (found,) = said(project(tmp_path, "limit_name\n", "seeds:\n  - name: limits\n    columns: [\n"))
    assert found.startswith("seeds/limits.yml:4  is not yml: ")


def test_a_yml_that_describes_no_seed_of_this_name_is_named(tmp_path):
    (found,) = said(project(tmp_path, "limit_name\n", YML.replace("name: limits", "name: limit")))
    assert (
        found == "seeds/limits.yml  must hold `seeds:` with an entry `- name: limits` and its columns, each with a name"
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("type: integer, min", "type: interger, min", "slot_count: config.meta has the unknown type interger; did you mean 'integer'?"),
        ("min: 1, ", "", "slot_count: config.meta has the type integer and lacks min"),
        ("{type: text, is", "{type: value, is", "limit_name: config.meta has the type value: name its attribute with `is`, or the column"),
        ("key: [limit_name]", "key: [name]", "the key names name, which columns does not describe"),
        (", note: varchar", "", "column_types lacks note: add the line `note: varchar`"),
        ("note: varchar", "note: varchar, owner: varchar", "column_types names owner, which columns does not describe"),
    ],
)  # fmt: skip
def test_checks_that_would_check_nothing_are_named(tmp_path, old, new, expected):
    assert old in YML
    (found,) = said(project(tmp_path, "limit_name,slot_count,note\n", YML.replace(old, new)))
    assert found.startswith(f"seeds/limits.yml  {expected}")


def rule_project(folder, listed, names, texts=None):
    """Write a project with a list of rules and files of rules; ``verdicts`` is always there."""
    rules = folder / "models" / "intermediate" / "rules"
    rules.mkdir(parents=True)
    for name in [*names, "verdicts"]:
        (rules / f"int_rules__{name}.sql").write_text((texts or {}).get(name, "select 1"))
        (rules / f"int_rules__{name}.yml").write_text("models: []")
    (folder / "dbt_project.yml").write_text("vars:\n  rules:\n" + "".join(f"    - {name}\n" for name in listed))
    return folder


def test_rules_and_their_list_that_agree_have_no_problem(tmp_path):
    texts = {"fresh": "select * from {{ ref('int_rules__parts') }}"}
    folder = rule_project(tmp_path, ["fresh", "kept"], ["fresh", "kept", "parts"], texts)
    assert checked_rules(folder, settings_of(folder)["rules"]) == (["fresh", "kept"], [])


def test_a_rule_that_is_only_a_file_or_only_a_line_is_named_with_both_files(tmp_path):
    folder = rule_project(tmp_path, ["kept", "frehs", "kept"], ["fresh", "kept"])
    (folder / "models/intermediate/rules/int_rules__kept.yml").unlink()
    rules, problems = checked_rules(folder, settings_of(folder)["rules"])
    assert rules == ["fresh", "kept"]
    assert [str(one) for one in sorted_problems(problems)] == [
        "dbt_project.yml:4  the var rules lists frehs, but models/intermediate/rules/int_rules__frehs.sql is not there; "
        "did you mean 'fresh'?",
        "dbt_project.yml:5  the var rules lists kept twice: take one line out",
        "models/intermediate/rules/int_rules__fresh.sql  is not listed, so it does nothing: add the line `- fresh` to the "
        "var rules in dbt_project.yml",
        "models/intermediate/rules/int_rules__kept.sql  has no models/intermediate/rules/int_rules__kept.yml: add one with a "
        "description, a grain test and a unit test",
    ]


def test_a_list_of_requiring_rules_that_is_none_is_named(tmp_path):
    folder = rule_project(tmp_path, ["fresh"], ["fresh", "required"])
    assert checked_rules(folder, ["fresh"], ["fresh"]) == (["fresh"], [])
    for wrong in ("fresh", None, [1]):
        (found,) = checked_rules(folder, ["fresh"], wrong)[1]
        assert str(found).startswith("dbt_project.yml  the var requiring_rules must be a list of rules")


@pytest.mark.parametrize("text", ["vars:\n  rules:\n", "vars:\n  rules: fresh\n", "name: vitrine\n"])
def test_a_list_of_rules_that_is_none_is_named(tmp_path, text):
    folder = rule_project(tmp_path, [], ["fresh"])
    (folder / "dbt_project.yml").write_text(text)
    (found,) = checked_rules(folder, settings_of(folder).get("rules"))[1]
    assert str(found).startswith("dbt_project.yml  the var rules must be a list with one line a rule")


def test_a_project_file_that_is_broken_or_not_there_stops_in_words(tmp_path):
    with pytest.raises(CheckError, match="is not there: run this in the project's folder"):
        settings_of(tmp_path)
    (tmp_path / "dbt_project.yml").write_text("vars:\n  rules: [\n")
    with pytest.raises(CheckError, match=r"^dbt_project.yml:3  is not yml: "):
        settings_of(tmp_path)


def test_close_names_are_found_by_spelling_and_by_part():
    known = {"BEERS/ALES", "LIQUOR", "BABY FOODS", "BEEF"}
    assert closest("beers/ale", known)[0] == "BEERS/ALES"
    assert "BABY FOODS" in closest("BABY", known)
    assert meant("no such thing", known) == ""
    assert meant("LIQOUR", known, 1) == "; did you mean 'LIQUOR'?"


def test_problems_are_ordered_by_file_and_line_and_said_once():
    late, early = Problem("b.csv", 9, "late"), Problem("b.csv", 10, "later", "note")
    whole, other = Problem("b.csv", None, "whole", "warning"), Problem("a.csv", 30, "other")
    assert [str(one) for one in sorted_problems([early, late, whole, other, late])] == [
        "a.csv:30  other",
        "b.csv  warning: whole",
        "b.csv:9  late",
        "b.csv:10  note: later",
    ]
