"""The options of the commands."""

import pytest

from chengyang.devtools import commands


def variables_of(*arguments, command="up"):
    return commands.variables(commands.parse(command, list(arguments))[0])


@pytest.mark.parametrize("command", ["up", "dev"])
def test_options_of_the_servers_set_variables(command):
    found = variables_of("--port", "8001", "--data", "x", "--no-demo", command=command)
    assert found == {"PORT": "8001", "CHENGYANG_HOME": "x", "DEMO": "off"}


def test_option_that_is_left_out_sets_nothing():
    assert variables_of() == {}


def test_test_takes_its_own_options_and_passes_the_others_on_in_order():
    options, others = commands.parse("test", ["-x", "--keep", "-k", "a or b", "tests/x.py", "--durations=3"])
    assert (options.keep, options.servers) == (True, "own")
    assert others == ["-x", "-k", "a or b", "tests/x.py", "--durations=3"]


def test_abbreviated_option_of_ours_is_passed_on():
    assert commands.parse("test", ["--kee"])[1] == ["--kee"]


def test_unknown_kind_of_servers_is_refused():
    with pytest.raises(SystemExit) as caught:
        commands.parse("test", ["--servers", "mine"])
    assert caught.value.code == 2
