"""One container of a pod: started, probed, started again, ended; its status tells of that."""

import asyncio
import contextlib

from tests.kubernetes.fake.kubelet import images
from tests.kubernetes.fake.kubelet.environment import environment, expanded, of_this_machine
from tests.kubernetes.fake.kubelet.logs import Log
from tests.kubernetes.fake.kubelet.probes import Probe, asked
from tests.kubernetes.fake.kubelet.process import Process, for_good
from tests.kubernetes.fake.kubelet.volumes import Missing, Paths
from tests.kubernetes.fake.store import now


class Container:
    """Runs one container of a pod until it is told to end.

    Attributes:
        name: Its own.
        state: As the pod's status has it.
        is_ready: Whether it takes calls.
        logs: Of its runs, oldest first; the last two of them are kept.
    """

    def __init__(self, pod, spec, tell):
        """`pod` is its runner; `tell` is called whenever its status changes."""
        self._pod, self._spec, self._tell = pod, spec, tell
        self.name = spec["name"]
        self.state = {"waiting": {"reason": "ContainerCreating"}}
        self.is_ready, self.logs = False, []
        self._last, self._restarts, self._is_started = {}, 0, False
        self._process, self._is_ending = None, False

    @property
    def status(self):
        """What the pod's status has of it."""
        return {
            "name": self.name, "image": self._spec["image"], "state": self.state,
            "lastState": self._last, "ready": self.is_ready, "restartCount": self._restarts,
            "started": self._is_started, "imageID": "", "containerID": self._id(),
        }  # fmt: skip

    async def complete(self):
        """Run it, as an init container, until it has ended well."""
        await self._live(lambda code: code == 0)

    async def keep(self):
        """Run it, and start it again whenever it ends."""
        await self._live(lambda code: False)

    async def end(self, seconds):
        """Ask it to end, and end it after so many seconds."""
        self._is_ending = True
        if self._process is None:
            return
        try:
            async with asyncio.timeout(max(0.05, seconds)):
                await self._before_stop()
                self._process.terminate()
                while self._process is not None:
                    await asyncio.sleep(0.01)
        except TimeoutError:
            self.kill()

    def kill(self):
        """End it now."""
        self._is_ending = True
        if self._process is not None:
            self._process.kill()

    async def _live(self, is_done):
        speed, delay = self._pod.speed, 0.0
        while not self._is_ending:
            image = await self._pulled()
            begun = asyncio.get_running_loop().time()
            code = await self._run(image)
            if self._is_ending or is_done(code):
                return
            if asyncio.get_running_loop().time() - begun > speed.steady:
                delay = 0.0
            self._last, ended = self.state, self.state
            if delay:
                words = (
                    f"back-off {delay:g}s restarting failed container={self.name} "
                    f"pod={self._pod.title}"
                )
                self._waits("CrashLoopBackOff", words)
                await asyncio.sleep(delay)
            delay = min(delay * 2, speed.longest) or speed.backoff
            self._restarts += 1
            self._last = ended

    async def _pulled(self):
        """The image, once there is one."""
        delay = self._pod.speed.backoff
        while trouble := images.trouble_of(self._spec["image"], self._pod.images):
            first, then, words = trouble
            self._waits(first, words)
            await asyncio.sleep(self._pod.speed.sync)
            if then != first:
                self._waits(then, f'Back-off pulling image "{self._spec["image"]}"')
                await asyncio.sleep(delay)
                delay = min(delay * 2, self._pod.speed.longest)
        return images.find(self._spec["image"], self._pod.images)

    async def _run(self, image):
        """One run; gives the exit status."""
        while True:
            try:
                env, paths = self._environment(image)
                break
            except Missing as missing:
                self._waits("CreateContainerConfigError", str(missing))
                await asyncio.sleep(self._pod.speed.sync)
        log = Log()
        self.logs = [*self.logs[-1:], log]
        begun = now()
        try:
            self._process = await self._start(image, env, paths, log)
        except OSError as fault:
            log.end()
            self._ended(128, begun, f"failed to create containerd task: {fault}", "StartError")
            return 128
        self.state = {"running": {"startedAt": begun}}
        probing = asyncio.create_task(self._probe(env, paths))
        self._tell()
        try:
            code = await self._process.ended()
        finally:
            probing.cancel()
            self.is_ready = self._is_started = False
            await for_good(probing)  # it may have a program under way
            self._process = None
        self._ended(code, begun, self._message(code, paths, log))
        return code

    async def _start(self, image, env, paths, log):
        if not image.command and not self._spec.get("command"):
            return await Process.start(["sleep", "infinity"], env, self._pod.folder, log)
        words = [*self._spec.get("command", image.command), *self._spec.get("args", ())]
        if self._spec.get("args") and not self._spec.get("command"):
            words = [*image.command[:1], *self._spec["args"]]
        place = self._spec.get("workingDir")
        folder = paths.led(place) if place else self._pod.folder
        return await Process.start(self._command(words, env, paths), env, folder, log)

    @staticmethod
    def _command(words, env, paths):
        first, *rest = (expanded(each, env) for each in words)
        return [images.python_or(paths.led(first)), *map(paths.led, rest)]

    def _environment(self, image):
        """Its environment, with paths led to their places on this machine, and how they are."""
        own = environment(self._pod.store, self._pod.pod, self._spec)
        message = self._pod.folder / f"{self.name}.message"
        message.write_text("")
        places = {"/tmp": self._pod.folder / "tmp", self._spec["terminationMessagePath"]: message}
        places |= image.paths | {str(self._pod.outside): self._pod.outside}
        for mount in self._spec.get("volumeMounts", ()):
            place = self._pod.volumes.folder(mount["name"])
            places[mount["mountPath"].rstrip("/")] = place / mount.get("subPath", "")
        paths = Paths(places)
        led = {key: paths.led(value) for key, value in (dict(image.env) | own).items()}
        # A pod has an address of its own here, but no network of its own.
        led = {
            key: self._pod.address if value == "0.0.0.0" else value for key, value in led.items()
        }
        return of_this_machine(self._pod.folder, self._pod.pod) | led, paths

    async def _probe(self, env, paths):
        """Ask the startup probe, then, all the time, whether it lives and whether it is ready."""
        probe = self._made("startupProbe", env, paths)
        if probe and not await self._starts(probe):
            await self._kill()
            return
        self._is_started = True
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_readiness(self._made("readinessProbe", env, paths)))
            if probe := self._made("livenessProbe", env, paths):
                tasks.create_task(self._follow_liveness(probe))

    async def _starts(self, probe):
        await probe.begin()
        up, down = (asyncio.create_task(probe.until(wanted)) for wanted in (True, False))
        try:
            done, _ = await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            return up in done
        finally:
            up.cancel()
            down.cancel()
            await for_good(asyncio.wait({up, down}))

    async def _follow_readiness(self, probe):
        if probe is None:
            self._says_ready(True)
            return
        await probe.begin()
        while True:
            await probe.until(not self.is_ready)
            self._says_ready(not self.is_ready)

    async def _follow_liveness(self, probe):
        await probe.begin()
        await probe.until(False)
        await self._kill()

    async def _kill(self):
        """End a run that a probe gave up."""
        process = self._process
        if process is None or self._is_ending:
            return
        process.terminate()
        await asyncio.sleep(self._pod.grace)
        process.kill()

    def _made(self, name, env, paths):
        spec = self._spec.get(name)
        if spec is None:
            return None

        async def run(command):
            log = Log()
            words = self._command(command, env, paths)
            return await (await Process.start(words, env, self._pod.folder, log)).ended()

        def complain(why):
            kind = name.removesuffix("Probe").capitalize()
            self._pod.complain("Unhealthy", f"{kind} probe failed: {why}")

        return Probe(spec, self._pod.address, self._port, run, self._pod.speed.probe, complain)

    async def _before_stop(self):
        hook = self._spec.get("lifecycle", {}).get("preStop", {})
        with contextlib.suppress(Exception):  # what it says is not asked
            if "sleep" in hook:
                await asyncio.sleep(hook["sleep"]["seconds"])
            elif "httpGet" in hook:
                await asked(hook["httpGet"], self._pod.address, self._port)
            elif "exec" in hook:
                image = images.find(self._spec["image"], self._pod.images)
                env, paths = self._environment(image)
                words = self._command(hook["exec"]["command"], env, paths)
                await (await Process.start(words, env, self._pod.folder, Log())).ended()

    def _port(self, port):
        known = {each.get("name"): each["containerPort"] for each in self._spec.get("ports", ())}
        return known.get(port, port)

    def _message(self, code, paths, log):
        written = self._pod.folder / f"{self.name}.message"
        text = written.read_text(errors="replace")[:4096]
        if text or not code or self._spec["terminationMessagePolicy"] != "FallbackToLogsOnError":
            return text
        return log.last_words

    def _ended(self, code, begun, message, reason=""):
        reason = reason or ("Error" if code else "Completed")
        told = {
            "exitCode": code, "reason": reason, "startedAt": begun, "finishedAt": now(),
            "containerID": self._id(),
        }  # fmt: skip
        self.state = {"terminated": told | ({"message": message} if message else {})}
        self._tell()

    def _waits(self, reason, words):
        self.state = {"waiting": {"reason": reason, "message": words}}
        self._tell()

    def _says_ready(self, is_ready):
        self.is_ready = is_ready
        self._tell()

    def _id(self):
        return f"fake://{self._pod.pod['metadata']['uid']}/{self.name}/{self._restarts}"
