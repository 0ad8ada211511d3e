"""Many functions, and the objects that they become."""

from hypothesis import strategies as st

from dcf.archive import Entry
from dcf.providers.kubernetes import names
from dcf.providers.kubernetes.manifests import deployment, service
from dcf.providers.kubernetes.revisions import Asked, Ground, Stored
from dcf.providers.kubernetes.scalers import autoscaler
from dcf.providers.kubernetes.settings import PULL_POLICIES, ClusterSettings
from dcf.providers.placement import FunctionSpec

_DIGESTS = [letter * 64 for letter in "abc"]
_NAMES = st.from_regex(r"[a-z]([-a-z0-9]{0,30}[a-z0-9])?", fullmatch=True)
_KEYS = st.from_regex(
    r"([a-z]{1,8}\.[a-z]{2,3}/)?[A-Za-z]([-_.a-z0-9]{0,20}[a-z0-9])?", fullmatch=True
)
_VALUES = st.from_regex(r"([A-Za-z0-9]([-_.a-z0-9]{0,20}[a-z0-9])?)?", fullmatch=True)
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
_RESOURCES = st.fixed_dictionaries(
    {},
    optional={
        "memory": st.sampled_from(["64Mi", "1Gi", "500M"]),
        "cpu": st.sampled_from(["250m", "2", "0.5"]),
        "gpu": st.sampled_from(["0", "1", "2"]),
    },
)
_SCALING = st.sampled_from(
    [
        {},
        {"com.openfaas.scale.min": "2"},
        {"com.openfaas.scale.type": "cpu", "com.openfaas.scale.target": "300"},
    ]
)
_CONSTRAINTS = st.lists(
    st.sampled_from(
        ["kubernetes.io/os=linux", "zone==a", "toleration:gpu=true:NoSchedule", "toleration:spot"]
    ),
    unique=True,
)
_ENVIRONMENTS = st.dictionaries(
    st.from_regex(r"X_[A-Z_]{1,20}", fullmatch=True), _TEXTS, max_size=4
)


@st.composite
def asked(draw):
    """A revision that somebody asks for."""
    code = draw(st.booleans())
    stored = {
        digest: Stored(
            digest, tuple(f"part-{digest[:8]}-{n}" for n in range(draw(st.integers(1, 3))))
        )
        for digest in draw(st.lists(st.sampled_from(_DIGESTS[1:]), unique=True))
    }
    env = draw(_ENVIRONMENTS)
    env |= {f"FOLDER_{digest[:1]}": f"attachment:sha256:{digest}" for digest in stored}
    if code:
        stored[_DIGESTS[0]] = Stored(_DIGESTS[0], ("part-a",), Entry("src", "handler.py", "handle"))
    secrets = tuple(draw(st.lists(_NAMES, unique=True, max_size=3)))
    spec = FunctionSpec(
        draw(_NAMES),
        f"archive:sha256:{_DIGESTS[0]}" if code else "registry.example/fn@sha256:" + "0" * 64,
        env,
        draw(st.dictionaries(_KEYS, _VALUES, max_size=3)) | draw(_SCALING),
        draw(st.dictionaries(_KEYS, _TEXTS, max_size=3)),
        tuple(draw(_CONSTRAINTS)),
        secrets,
        draw(_RESOURCES),
        {},
        draw(st.integers(0, 32)),
        "" if code else draw(st.sampled_from(["", "python index.py"])),
        draw(st.booleans()),
    )
    return Asked(
        spec,
        draw(st.integers(1, 10**6)),
        "2026-01-02T03:04:05Z",
        draw(_TEXTS),
        stored,
        frozenset(secrets[:1]),
        draw(_TEXTS),
    )


def ground(namespace="functions"):
    """What gateways are told."""
    return st.builds(
        lambda policy, seconds: Ground(
            namespace, ClusterSettings(image_pull_policy=policy), seconds
        ),
        st.sampled_from(PULL_POLICIES),
        st.sampled_from([0.0, 2.0, 2.5]),
    )


def objects_of(wanted, where, scaling="v2"):
    """What the cluster is given for it, as a function and as a candidate."""
    for track in (names.STABLE, names.CANDIDATE):
        made = deployment(wanted, where, track)
        yield made
        there = {**made, "metadata": {**made["metadata"], "uid": "5c3b"}}
        yield service(there)
        if wanted.spec.labels.get("com.openfaas.scale.type") == "cpu":
            yield autoscaler(there, wanted.spec, scaling)
