"""A change of a public table that would break its readers is named, and one that would not is only to be recorded."""

import json

import pytest

from vitrine.engines.contracts import broken_promises, main, public_contracts, unrecorded

TODAY = "2026-06-01"
PROMISED = {
    "mails v1": {"columns": {"customer_id": "string", "slot": "integer"}, "ends_on": "2026-12-31"},
    "mails v2": {"columns": {"customer_id": "string", "slot": "integer", "reason": "string"}},
    "pairs": {"columns": {"lift": "double"}},
}


def changed(name, **contract):
    return PROMISED | {name: PROMISED[name] | contract}


def without(name):
    return {table: contract for table, contract in PROMISED.items() if table != name}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            changed("mails v2", columns={"customer_id": "string", "slot": "integer"}),
            "mails v2: the column reason is gone",
        ),
        (changed("pairs", columns={"lift": "string"}), "pairs: the column lift is string, and was promised as double"),
        (without("pairs"), "pairs is gone, and readers were promised it"),
        (without("mails v1"), "mails v1 is gone, and readers were promised it until 2026-12-31"),
        (changed("mails v1", ends_on="2026-08-01"), "mails v1 ends on 2026-08-01, and was promised until 2026-12-31"),
    ],
)
def test_what_breaks_a_reader_is_named(found, said):
    assert broken_promises(PROMISED, found, TODAY) == [said]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (PROMISED | {"mails v3": {"columns": {"slot": "integer"}}}, "mails v3 is new"),
        (changed("pairs", columns={"lift": "double", "cosine": "double"}), "pairs: the column cosine is new"),
        (changed("mails v2", ends_on="2027-01-01"), "mails v2 ends on 2027-01-01"),
        (changed("mails v1", ends_on="2027-01-01"), "mails v1 ends on 2027-01-01"),
    ],
)
def test_what_breaks_nobody_is_to_be_recorded(found, said):
    assert broken_promises(PROMISED, found, TODAY) == []
    assert unrecorded(PROMISED, found, TODAY) == [said]


def test_a_version_may_go_when_its_day_has_passed():
    later = "2027-01-01"
    assert broken_promises(PROMISED, without("mails v1"), later) == []
    assert unrecorded(PROMISED, without("mails v1"), later) == ["mails v1 has ended"]
    assert broken_promises(PROMISED, PROMISED, later) == unrecorded(PROMISED, PROMISED, later) == []


def node(name, access="public", version=None, **columns):
    described = {column: {"name": column, "data_type": data_type} for column, data_type in columns.items()}
    return {
        "resource_type": "model",
        "name": name,
        "config": {"access": access},
        "version": version,
        "columns": described,
    }


def test_the_command_stops_a_break_and_records_what_is_new(tmp_path, capsys):
    manifest, promised = tmp_path / "manifest.json", tmp_path / "promised.json"
    call = [str(manifest), "--promised", str(promised)]

    def given(*nodes):
        manifest.write_text(json.dumps({"nodes": dict(enumerate(nodes))}))

    given(node("mails", version=1, slot="integer"), node("hidden", access="protected", slot="integer"))
    assert main(call) == 1
    assert "mails v1 is new" in capsys.readouterr().err
    assert main([*call, "--write"]) == main(call) == 0
    assert json.loads(promised.read_text()) == {"mails v1": {"columns": {"slot": "integer"}}}
    given(node("mails", version=1, place="integer"))
    for arguments in (call, [*call, "--write"]):
        assert main(arguments) == 1
        assert (
            "mails v1: the column slot is gone\nLeave that version as it was and add a new one"
            in capsys.readouterr().err
        )
    assert "slot" in promised.read_text()


def test_a_version_carries_the_day_on_which_it_ends():
    ending = node("mails", version=1, slot="integer") | {"deprecation_date": "2027-06-30T00:00:00+00:00"}
    assert public_contracts({"nodes": {"x": ending}}) == {
        "mails v1": {"columns": {"slot": "integer"}, "ends_on": "2027-06-30"}
    }
