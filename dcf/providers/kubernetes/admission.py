"""Why pods of a ReplicaSet cannot be made, in one line: a quota, a limit, a policy, a webhook."""

import re

_LONGEST = 300
_QUOTA = re.compile(
    r"exceeded quota: (?P<name>[^,]+), requested: (?P<asked>.*), used: (?P<used>.*), "
    r"limited: (?P<limit>.*)"
)
_MUST_SAY = re.compile(r"failed quota: (?P<name>[^:]+): must specify (?P<what>.*)")
_WEBHOOK = re.compile(r'admission webhook "(?P<name>[^"]+)" denied the request: ?(?P<why>.*)')
_POLICY = re.compile(r'violates PodSecurity "(?P<name>[^":]+)[^"]*": (?P<why>.*)')
_BEGINNING = re.compile(
    r'(?:[Pp]ods? "[^"]*" (?:is|are) (?:forbidden|invalid): )|pods? is forbidden: '
)


def why_not_made(message: str) -> str:
    """One line, from the condition `ReplicaFailure`."""
    line = " ".join(message.split())
    if found := _QUOTA.search(line):
        return (
            f"over the quota {found['name']}: {found['asked']} asked for, {found['used']} used, "
            f"{found['limit']} allowed"
        )[:_LONGEST]
    if found := _MUST_SAY.search(line):
        return f"the quota {found['name']} wants {found['what'].replace(',', ', ')} to be set"
    if found := _WEBHOOK.search(line):
        return f"refused by the admission webhook {found['name']}: {found['why']}"[:_LONGEST]
    if found := _POLICY.search(line):
        return f"refused by the pod security level {found['name']}: {found['why']}"[:_LONGEST]
    why = _BEGINNING.sub("", line) or "the API server does not say why"
    return f"its pods are refused: {why}"[:_LONGEST]
