"""Tokens from a program that a kubeconfig names (`users[].user.exec`), as clouds' clusters want it.

The protocol: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
"""

import asyncio
import json
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .api import ApiError

_GROUP = "client.authentication.k8s.io/"
_VERSIONS = tuple(_GROUP + each for each in ("v1", "v1beta1", "v1alpha1"))
_SECONDS = 60.0
_EARLY_SECONDS = 60.0
_SHOWN = 200
_NOT_FOUND = (FileNotFoundError, PermissionError)


class ExecPlugin:
    """Gives a token that is valid, and runs the program only where there is none."""

    def __init__(
        self,
        plugin: Mapping[str, Any],
        cluster: Mapping[str, Any],
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """Runs nothing yet.

        Args:
            plugin: The kubeconfig's `exec`.
            cluster: Its cluster, which some programs want to know.
            environ: Of this process; the program gets it.
        """
        self._plugin, self._cluster, self._environ = plugin, cluster, environ
        self._token, self._until = "", 0.0
        self._running = asyncio.Lock()

    async def token(self, refused: str = "") -> str:
        """A token.

        Args:
            refused: One that the API server does not take any more, though its time is not over.

        Raises:
            ApiError: The program is not there, failed, or gave none.
        """
        async with self._running:
            if not self._token or self._token == refused or time.time() >= self._until:
                self._token, self._until = self._read(await self._run())
            return self._token

    async def _run(self) -> bytes:
        command = [str(self._plugin.get("command")), *map(str, self._plugin.get("args") or ())]
        named = {each["name"]: each["value"] for each in self._plugin.get("env") or ()}
        env = {**self._environ, **named, "KUBERNETES_EXEC_INFO": self._info()}
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                *command, env=env, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe
            )
        except _NOT_FOUND as fault:
            hint = str(self._plugin.get("installHint") or "").strip().split("\n", maxsplit=1)[0]
            raise self._fault(f"cannot be run ({fault.strerror}){hint and ': ' + hint}") from fault
        try:
            async with asyncio.timeout(_SECONDS):
                said, complaint = await process.communicate()
        except TimeoutError as fault:
            raise self._fault(f"gave no answer in {_SECONDS:g} s") from fault
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            words = complaint.decode("utf-8", "replace").strip().split("\n")[-1][:_SHOWN]
            raise self._fault(f"ended with status {process.returncode}: {words}")
        return said

    def _info(self) -> str:
        version = self._plugin.get("apiVersion")
        if version not in _VERSIONS:
            raise self._fault(f"speaks {version!r}; known are {', '.join(_VERSIONS)}")
        spec: dict[str, Any] = {"interactive": False}
        if self._plugin.get("provideClusterInfo"):
            spec["cluster"] = self._cluster
        return json.dumps({"apiVersion": version, "kind": "ExecCredential", "spec": spec})

    def _read(self, said: bytes) -> tuple[str, float]:
        """The token, and until when it is to be used."""
        try:
            status = json.loads(said)["status"]
            token, until = status.get("token"), status.get("expirationTimestamp")
            expires = datetime.fromisoformat(until).astimezone(UTC).timestamp() if until else None
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise self._fault("gave no ExecCredential") from fault
        if not isinstance(token, str) or not token:
            raise self._fault("gave no token; certificates from programs are not used here")
        # Asked again a little early; a token of less than that is used for half its time.
        now = time.time()
        left = float("inf") if expires is None else expires - now
        return token, now + max(left - _EARLY_SECONDS, left / 2)

    def _fault(self, words: str) -> ApiError:
        return ApiError(f"the kubeconfig's program {self._plugin.get('command')!r} {words}")
