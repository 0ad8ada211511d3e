"""Who sets how many replicas there are, where the gateway does not."""

import pytest

from dcf.errors import InvalidRequest
from dcf.providers.kubernetes.scalers import Scalers, autoscaler, is_scaled_elsewhere
from dcf.providers.placement import READY, FunctionSpec
from tests.dcf.providers.kubernetes.api_server import run
from tests.dcf.providers.kubernetes.on_cluster import IDLE
from tests.dcf.providers.kubernetes.working import cluster_of, working

SCALERS = "/apis/autoscaling/v2/namespaces/functions/horizontalpodautoscalers"
CPU = {"com.openfaas.scale.type": "cpu", "com.openfaas.scale.target": "300"}


def spec(labels=None, replicas=1, **annotations):
    marks = {key.replace("_", "."): text for key, text in annotations.items()}
    return FunctionSpec("echo", IDLE, labels=labels or {}, annotations=marks, replicas=replicas)


def test_functions_say_who_scales_them():
    assert is_scaled_elsewhere(spec(CPU))
    assert is_scaled_elsewhere(spec(dcf_scale="external"))
    assert not is_scaled_elsewhere(spec({"com.openfaas.scale.type": "rps"}))


def test_what_cannot_be_had_is_refused():
    scalers = Scalers(None, "v1")
    with pytest.raises(InvalidRequest, match="has no autoscaling/v2: use capacity"):
        scalers.check(spec(CPU))
    with pytest.raises(InvalidRequest, match="must be external, or left out"):
        scalers.check(spec(dcf_scale="keda"))
    for labels in (CPU, {"com.openfaas.scale.max": "4"}):
        with pytest.raises(InvalidRequest, match="scale them: keep one"):
            Scalers(None, "v2").check(spec(labels, dcf_scale="external"))
    Scalers(None, "v2beta2").check(spec(CPU))
    Scalers(None, "v1").check(spec({"com.openfaas.scale.min": "2"}, dcf_scale="external"))


@pytest.mark.parametrize(
    ("now", "wanted", "scaled_elsewhere", "replicas"),
    [(2, 1, False, 2), (1, 3, False, 3), (0, 1, False, 1), (2, 5, True, 2), (0, 1, True, 1)],
)
def test_an_update_leaves_the_count_to_whoever_sets_it(now, wanted, scaled_elsewhere, replicas):
    asked = spec(CPU if scaled_elsewhere else {}, wanted)
    assert Scalers(None, "v2").wanted({"spec": {"replicas": now}}, asked) == replicas


def test_its_range_and_target_are_the_labels():
    deployed = {"metadata": {"name": "echo", "namespace": "functions", "uid": "u"}}
    labels = CPU | {"com.openfaas.scale.min": "2", "com.openfaas.scale.max": "6"}
    found = autoscaler(deployed, spec(labels), "v2beta2")
    assert found["apiVersion"] == "autoscaling/v2beta2"
    assert (found["spec"]["minReplicas"], found["spec"]["maxReplicas"]) == (2, 6)
    (metric,) = found["spec"]["metrics"]
    assert metric["resource"]["target"]["averageValue"] == "300m"
    assert autoscaler(deployed, spec({"com.openfaas.scale.type": "cpu"}), "v2")["spec"][
        "minReplicas"
    ] == 1  # fmt: skip


def test_an_autoscaler_comes_changes_and_goes_with_the_label(tmp_path):
    async def steps(cluster):
        async with working(cluster) as work:

            async def targets():
                found = (await work.api.get(SCALERS))["items"]
                metrics = [each["spec"]["metrics"][0]["resource"] for each in found]
                return [each["target"]["averageValue"] for each in metrics]

            await work.placement.deploy(spec(CPU))
            assert await targets() == ["300m"]
            await work.reaches(READY)
            await work.placement.update(spec(CPU | {"com.openfaas.scale.target": "500"}))
            assert await targets() == ["500m"]
            await work.placement.update(spec())
            assert await targets() == []

    with cluster_of(tmp_path) as cluster:
        run(steps(cluster))
