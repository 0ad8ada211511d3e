"""Why no node takes a pod, in one line: what the scheduler says, and what the pod asks for.

1.20: `0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match node selector.`
1.3x: `0/2 nodes are available: 2 Insufficient nvidia.com/gpu. preemption: 0/2 nodes are ...`
"""

import re

from .api import Json

_LONGEST = 300
_COUNTED = re.compile(r"\d+/(?P<all>\d+) nodes are available: (?P<why>.*)")
_PREEMPTION = re.compile(r"\.? (?:no new claims to deallocate, )?preemption: .*")
_REASON = re.compile(r"(?P<count>\d+) (?P<what>(?:Insufficient|Too many|node\(s\)).*)")
_BETWEEN = re.compile(r", (?=\d+ (?:Insufficient|Too many|node\(s\)))")
_TAINT = re.compile(
    r"node\(s\) had (?:untolerated )?taint(?:\(s\))? \{(?P<key>[^:}]*): ?(?P<value>[^}]*)\}.*"
)
_UNREACHABLE = ("node.kubernetes.io/unreachable", "node.kubernetes.io/not-ready")
_WORDS = (
    (re.compile(r"node\(s\) didn't match .*(selector|affinity)"), "not what constraints ask for"),
    (re.compile(r"node\(s\) were unschedulable"), "no new pods are taken there (cordoned)"),
    (re.compile(r"Too many pods"), "as many pods as there may be"),
    (re.compile(r"node\(s\) were (?:not ready|unreachable)"), "no answer"),
)  # fmt: skip


def why_unscheduled(message: str, pod: Json) -> str:
    """One line.

    Args:
        message: Of the condition `PodScheduled`.
        pod: The spec of the pod.
    """
    line = " ".join(message.split())
    found = _COUNTED.match(line)
    if not found:
        return f"no node takes it: {line or 'the scheduler does not say why'}"[:_LONGEST]
    why = _PREEMPTION.sub("", found["why"]).rstrip(".")
    said = [_told(each, found["all"], pod) for each in _BETWEEN.split(why)]
    return f"no node takes it; {'; '.join(said)}"[:_LONGEST]


def _told(reason: str, nodes: str, pod: Json) -> str:
    found = _REASON.match(reason)
    if not found:
        return reason
    what = found["what"]
    return f"{found['count']} of {nodes}: {_words(what, pod)}"


def _words(what: str, pod: Json) -> str:
    if what.startswith("Insufficient "):
        resource = what.removeprefix("Insufficient ")
        return f"too little {resource}{_asked(resource, pod)}"
    if taint := _TAINT.match(what):
        if taint["key"] in _UNREACHABLE:
            return "no answer"
        value = f"={taint['value']}" if taint["value"].strip() else ""
        return f"the taint {taint['key']}{value}, which constraints do not tolerate"
    known = (words for form, words in _WORDS if form.match(what))
    return next(known, what.removeprefix("node(s) "))


def _asked(resource: str, pod: Json) -> str:
    """How much of a resource its containers ask for."""
    asked = [
        amount
        for each in pod.get("containers") or ()
        if (amount := ((each.get("resources") or {}).get("requests") or {}).get(resource))
        or (amount := ((each.get("resources") or {}).get("limits") or {}).get(resource))
    ]
    return f" ({' + '.join(asked)} asked for)" if asked else ""
