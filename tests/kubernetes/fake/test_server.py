"""The API of the cluster in memory, against what Kubernetes' own answers."""

import base64
import contextlib
import gc
import http.client
import json
import socket
import threading
import urllib.error
import urllib.request

import pytest

from tests.kubernetes.fake.cluster import Cluster, Fault
from tests.waiting import until

MAPS = "/api/v1/namespaces/functions/configmaps"
SLICES = "/apis/discovery.k8s.io/{}/namespaces/functions/endpointslices"


def config(name="a", **more):
    return {"metadata": {"name": name, **more.pop("metadata", {})}, "data": {"k": "v"}, **more}


def test_an_object_is_made_read_changed_and_deleted(ask):
    made = ask.create(MAPS, config(metadata={"labels": {"l": "1"}}))
    assert (made["kind"], made["apiVersion"]) == ("ConfigMap", "v1")
    assert set(made["metadata"]) >= {"uid", "resourceVersion", "creationTimestamp", "namespace"}
    assert ask.get(f"{MAPS}/a") == made
    made["data"] = {"k": "w"}
    status, changed = ask("PUT", f"{MAPS}/a", made)
    assert (status, changed["data"]) == (200, {"k": "w"})
    assert int(changed["metadata"]["resourceVersion"]) > int(made["metadata"]["resourceVersion"])
    status, done = ask("DELETE", f"{MAPS}/a")
    assert (status, done["kind"], done["status"]) == (200, "Status", "Success")
    assert ask("GET", f"{MAPS}/a")[0] == 404


def test_errors_are_status_objects(ask):
    ask.create(MAPS, config())
    cases = [
        (ask("GET", f"{MAPS}/b"), 404, "NotFound", 'configmaps "b" not found'),
        (ask("POST", MAPS, config()), 409, "AlreadyExists", 'configmaps "a" already exists'),
        (ask("POST", MAPS, config("A_b")), 422, "Invalid", 'ConfigMap "A_b" is invalid'),
        (ask("POST", MAPS, {"kind": "Secret"}), 400, "BadRequest", "no ConfigMap"),
        (ask("PATCH", f"{MAPS}/a", {}), 415, "UnsupportedMediaType", "merge-patch"),
        (ask("GET", "/apis/nowhere/v1/things"), 404, "NotFound", "requested resource"),
        (ask("PUT", MAPS, config()), 405, "MethodNotAllowed", "does not allow"),
        (
            ask("POST", MAPS.replace("functions", "other"), config()),
            *(404, "NotFound", 'namespaces "other" not found'),
        ),
    ]
    for (status, body), wanted, reason, words in cases:
        assert (status, body["code"], body["kind"]) == (wanted, wanted, "Status"), body
        assert (body["reason"], body["status"]) == (reason, "Failure")
        assert words in body["message"]


def test_a_change_of_an_older_form_is_a_conflict(ask):
    made = ask.create(MAPS, config())
    assert ask.patch(f"{MAPS}/a", {"data": {"k": "w"}})[0] == 200
    for status, body in (
        ask("PUT", f"{MAPS}/a", made),
        ask.patch(f"{MAPS}/a", {"metadata": {"resourceVersion": "1"}}),
    ):
        assert (status, body["reason"]) == (409, "Conflict")
        assert "please apply your changes to the latest version" in body["message"]
    wanted = {"preconditions": {"resourceVersion": made["metadata"]["resourceVersion"]}}
    assert ask("DELETE", f"{MAPS}/a", wanted)[0] == 409


def test_a_change_that_changes_nothing_makes_no_version(ask):
    made = ask.create(MAPS, config())
    assert ask.patch(f"{MAPS}/a", {"data": {"k": "v"}})[1] == made


def test_what_is_immutable_or_too_large_is_refused(ask):
    ask.create(MAPS, config(immutable=True))
    assert ask.patch(f"{MAPS}/a", {"data": {"k": "w"}})[1]["reason"] == "Invalid"
    assert ask.patch(f"{MAPS}/a", {"metadata": {"labels": {"l": "1"}}})[0] == 200
    large = base64.b64encode(bytes((1 << 20) + 1)).decode()
    status, body = ask("POST", MAPS, config("b", binaryData={"k": large}))
    assert (status, "Too long" in body["message"]) == (422, True)
    status, body = ask("POST", MAPS, config("c", data={"k": "x" * (3 << 20)}))
    assert (status, body["reason"]) == (413, "RequestEntityTooLarge")


def test_lists_are_chosen_by_labels_and_fields_and_come_in_pages(ask):
    for number in range(5):
        labels = {"parity": "odd" if number % 2 else "even", f"n{number}": ""}
        ask.create(MAPS, config(f"m{number}", metadata={"labels": labels}))

    def names(query):
        return [each["metadata"]["name"] for each in ask.items(f"{MAPS}?{query}")]

    assert names("labelSelector=parity%3Dodd") == ["m1", "m3"]
    assert names("labelSelector=parity!%3Dodd,!n0") == ["m2", "m4"]
    assert names("labelSelector=parity+in+(odd,even),n3") == ["m3"]
    assert names("labelSelector=parity+notin+(odd)") == ["m0", "m2", "m4"]
    assert names("fieldSelector=metadata.name%3Dm2") == ["m2"]
    page = ask.get(f"{MAPS}?limit=3")
    assert "kind" not in page["items"][0]
    assert names(f"limit=3&continue={page['metadata']['continue']}") == ["m3", "m4"]
    assert ask("DELETE", f"{MAPS}?labelSelector=parity%3Dodd")[0] == 200
    assert names("") == ["m0", "m2", "m4"]


def test_a_watch_tells_what_happened_since_a_version_and_chooses_anew(ask):
    version = ask.get(MAPS)["metadata"]["resourceVersion"]
    labelled = {"labels": {"l": "1"}}
    ask.create(MAPS, config(metadata=labelled))
    ask.create(MAPS, config("other"))
    ask.patch(f"{MAPS}/a", {"data": {"k": "w"}})
    ask.patch(f"{MAPS}/a", {"metadata": {"labels": None}})
    ask.patch(f"{MAPS}/a", {"metadata": labelled})
    ask("DELETE", f"{MAPS}/a")
    events = ask.watch(
        f"{MAPS}?watch=true&labelSelector=l&timeoutSeconds=1&resourceVersion={version}"
    )
    types = [each["type"] for each in events]
    assert types == ["ADDED", "MODIFIED", "DELETED", "ADDED", "DELETED"]
    assert all(each["object"]["kind"] == "ConfigMap" for each in events)
    versions = [int(each["object"]["metadata"]["resourceVersion"]) for each in events]
    assert versions == sorted(set(versions))


def test_a_watch_without_a_version_begins_with_what_is_there_and_has_bookmarks(ask):
    ask.create(MAPS, config())
    query = "watch=true&timeoutSeconds=3&allowWatchBookmarks=true"
    first, *others = ask.watch(f"{MAPS}?{query}")
    assert (first["type"], first["object"]["metadata"]["name"]) == ("ADDED", "a")
    assert {each["type"] for each in others} == {"BOOKMARK"}
    assert others[0]["object"]["metadata"]["resourceVersion"]


def test_after_compaction_a_watch_from_before_is_gone_and_open_ones_break_off(cluster, ask):
    version = ask.get(MAPS)["metadata"]["resourceVersion"]
    broken = threading.Thread(target=_break, args=(f"{cluster.url}{MAPS}?watch=true",))
    asked = len(cluster.requests)
    broken.start()
    until(lambda: len(cluster.requests) > asked)
    cluster.compact()
    broken.join(20)
    assert not broken.is_alive()
    (event,) = ask.watch(f"{MAPS}?watch=true&resourceVersion={version}&timeoutSeconds=5")
    assert (event["type"], event["object"]["code"]) == ("ERROR", 410)
    newer = ask.get(MAPS)["metadata"]["resourceVersion"]
    assert not ask.watch(f"{MAPS}?watch=true&resourceVersion={newer}&timeoutSeconds=1")


def _break(url):
    with (
        pytest.raises((OSError, http.client.HTTPException)),
        urllib.request.urlopen(url, timeout=20) as reply,
    ):
        reply.read()


def test_it_can_be_away_and_come_back_with_all_it_had(cluster, ask):
    ask.create(MAPS, config())
    cluster.stop_api()
    with pytest.raises(urllib.error.URLError):
        ask("GET", MAPS)
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", int(cluster.url.rpartition(":")[2])))
    cluster.start_api()
    assert ask.get(f"{MAPS}/a")
    cluster.fail(Fault.FAILS)
    assert ask("GET", MAPS)[0] == 500
    cluster.fail(Fault.THROTTLES)
    assert ask("GET", MAPS)[0] == 429
    cluster.fail(Fault.HANGS)
    with pytest.raises(TimeoutError):
        urllib.request.urlopen(cluster.url + MAPS, timeout=0.3)
    cluster.fail(Fault.NONE)
    assert ask.get(f"{MAPS}/a")


def test_what_is_owned_goes_with_its_owner_and_what_has_none_of_its_owners(ask):
    owner = ask.create(MAPS, config())
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "a"}
    mine = reference | {"uid": owner["metadata"]["uid"]}
    foreign = reference | {"uid": "00000000-0000-0000-0000-000000000000"}
    ask.create(MAPS, config("b", metadata={"ownerReferences": [mine]}))
    ask.create(MAPS, config("c", metadata={"ownerReferences": [foreign]}))
    until(lambda: ask("GET", f"{MAPS}/c")[0] == 404)
    assert ask("GET", f"{MAPS}/b")[0] == 200
    ask("DELETE", f"{MAPS}/a?propagationPolicy=Foreground")
    until(lambda: ask("GET", f"{MAPS}/a")[0] == 404)
    assert ask("GET", f"{MAPS}/b")[0] == 404
    owner = ask.create(MAPS, config())
    ask.create(
        MAPS, config("b", metadata={"ownerReferences": [mine | {"uid": owner["metadata"]["uid"]}]})
    )
    ask("DELETE", f"{MAPS}/a", {"propagationPolicy": "Orphan"})
    until(lambda: ask("GET", f"{MAPS}/a")[0] == 404)
    assert ask.get(f"{MAPS}/b")["metadata"]["ownerReferences"] == []


@pytest.mark.parametrize("versions", [("v1", "v1beta1"), ("v1beta1",), ()])
def test_it_says_which_groups_it_has_and_has_no_others(tmp_path, versions):
    from tests.kubernetes.fake.conftest import Asker

    cluster = Cluster(tmp_path, {}, versions={"discovery.k8s.io": versions})
    try:
        ask = Asker(cluster)
        assert ask.get("/api")["versions"] == ["v1"]
        groups = {each["name"]: each["versions"] for each in ask.get("/apis")["groups"]}
        known = [each["version"] for each in groups.get("discovery.k8s.io", ())]
        assert known == list(versions)
        for version in ("v1", "v1beta1"):
            wanted = 200 if version in versions else 404
            assert ask("GET", SLICES.format(version))[0] == wanted
            assert ask("GET", f"/apis/discovery.k8s.io/{version}")[0] == wanted
        names = {each["name"] for each in ask.get("/apis/apps/v1")["resources"]}
        assert {"deployments", "deployments/scale", "replicasets"} <= names
        assert {"pods", "pods/log"} <= {each["name"] for each in ask.get("/api/v1")["resources"]}
        assert ask.get("/version")["major"] == "1"
    finally:
        cluster.close()


def test_secrets_have_their_plain_values_encoded(ask):
    path = "/api/v1/namespaces/functions/secrets"
    made = ask.create(path, {"metadata": {"name": "s"}, "stringData": {"k": "v"}})
    assert (made["data"], made["type"]) == ({"k": base64.b64encode(b"v").decode()}, "Opaque")
    assert "stringData" not in json.dumps(made)


@pytest.mark.parametrize("_", range(5))
def test_it_breaks_off_whoever_came_last_when_it_ends(tmp_path, _):
    """A connection that is accepted in that moment is closed too, and left to nobody."""
    cluster = Cluster(tmp_path / "pods", {})
    place = ("127.0.0.1", int(cluster.url.rpartition(":")[2]))
    with contextlib.ExitStack() as opened:
        for _ in range(5):
            client = opened.enter_context(socket.create_connection(place, 20))
            client.sendall(f"GET {MAPS}?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        cluster.close()
    del cluster
    gc.collect()  # what was left open is a warning, and a failure
