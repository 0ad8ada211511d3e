"""dcf function ready, at zero; with replicas it is tested beside scale."""


def test_a_function_at_zero_is_not_waited_for(ask, stand_in):
    labels = {"com.openfaas.scale.zero": "true"}
    stand_in.table["GET /system/function/f"] = (200, {"name": "f", "labels": labels})
    done = ask("function", "ready", "f")
    assert done.stdout == "Function f is at zero: its first call starts it.\n"


def test_one_that_takes_calls_is_ready_whatever_it_may_become(ask, stand_in):
    labels = {"com.openfaas.scale.zero": "true"}
    state = {"name": "f", "labels": labels, "replicas": 1, "availableReplicas": 1}
    stand_in.table["GET /system/function/f"] = (200, state)
    assert ask("function", "ready", "f").stdout == "Function f is ready.\n"
