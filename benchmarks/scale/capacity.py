"""`python -m benchmarks.scale.capacity`: what so many pictures a day take, from measured figures.

It prints the tables of docs/scale.md. Figures are below, with where they come from; what is assumed
has a flag each.
"""

import argparse
import itertools
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_DAY = 86_400
_HOUR = 3600
_MILLION = 1e6


@dataclass(frozen=True)
class Picture:
    """A kind of picture.

    Attributes:
        name: For people.
        kilobytes: Of one, as it is sent.
        gateway_ms: Processor milliseconds of a gateway for a call with it (`make bench-scale`).
    """

    name: str
    kilobytes: float
    gateway_ms: float


@dataclass(frozen=True)
class Server:
    """What answers calls, measured on two cores (`make bench-peers`).

    Attributes:
        name: For people.
        ms: Processor milliseconds of a call, by picture.
        megabytes: Of all processes that use two cores (PSS).
        has_gateway: Whether a gateway of this project stands before it.
    """

    name: str
    ms: tuple[float, float]
    megabytes: float
    has_gateway: bool = False


SMALL = Picture("65 kB, 0.3 megapixels", 65, 0.22)
LARGE = Picture("3 MB, 12 megapixels", 3000, 2.8)
PICTURES = (SMALL, LARGE)
SERVERS = (
    Server("ssd", (6.0, 38), 109, has_gateway=True),
    Server("mosec", (9.8, 73), 258),
    Server("FastAPI", (10.2, 74), 265),
)
QUEUED = 2.2
"""Processor time of a gateway for a queued call over that of another (`make bench-scale`)."""
QUEUE_CALLS, QUEUE_GIGABYTES = 10_000, 2.147
"""What one gateway's queue takes unless it is set otherwise."""
_MEASURED_CORES = 2


@dataclass(frozen=True)
class Site:
    """What is assumed.

    Attributes:
        pictures: A day.
        peak: Calls of the busiest second over those of the mean one.
        busy: Share of the cores that is used in that second.
        cores: Of a node.
        spare: Nodes that may be lost.
    """

    pictures: float
    peak: float = 3.0
    busy: float = 0.6
    cores: int = 8
    spare: int = 1

    @property
    def rate(self) -> float:
        """Calls of the busiest second."""
        return self.pictures / _DAY * self.peak


@dataclass(frozen=True)
class Need:
    """What a site takes with one server and one kind of picture."""

    site: Site
    server: Server
    picture: Picture

    @property
    def work_ms(self) -> float:
        """Processor milliseconds of the server for a call."""
        return self.server.ms[PICTURES.index(self.picture)]

    @property
    def gateway_ms(self) -> float:
        """The same of a gateway, where there is one."""
        return self.picture.gateway_ms if self.server.has_gateway else 0.0

    @property
    def cores(self) -> float:
        """For the servers, at the peak."""
        return self.site.rate * self.work_ms / 1e3 / self.site.busy

    @property
    def gateway_cores(self) -> float:
        """For gateways; a gateway is one process, and uses one core."""
        return self.site.rate * self.gateway_ms / 1e3 / self.site.busy

    @property
    def gateways(self) -> int:
        """How many; two at least, as one may be lost."""
        return max(math.ceil(self.gateway_cores), 2) if self.server.has_gateway else 0

    @property
    def nodes(self) -> int:
        """How many, those to spare included."""
        return math.ceil((self.cores + self.gateway_cores) / self.site.cores) + self.site.spare

    @property
    def gigabytes(self) -> float:
        """Memory of the servers, in as many pairs of cores as are needed."""
        return math.ceil(self.cores / _MEASURED_CORES) * self.server.megabytes / 1e3

    @property
    def gigabits(self) -> float:
        """Pictures a second at the peak, as they come in; a gateway sends them on once more."""
        return self.site.rate * self.picture.kilobytes * 8 / 1e6

    @property
    def work_hours(self) -> float:
        """Core-hours of work for a million calls."""
        return (self.work_ms + self.gateway_ms) * _MILLION / 1e3 / _HOUR

    @property
    def held_hours(self) -> float:
        """Core-hours of all nodes, all day, for a million calls."""
        return self.nodes * self.site.cores * 24 / (self.site.pictures / _MILLION)

    @property
    def queue_cores(self) -> float:
        """For gateways, if every call is queued."""
        return self.gateway_cores * QUEUED

    @property
    def queue_seconds(self) -> float:
        """Until the queues of all gateways are full, if nothing answers at the peak."""
        gigabytes = self.site.rate * self.picture.kilobytes / 1e6
        return self.gateways * min(QUEUE_CALLS / self.site.rate, QUEUE_GIGABYTES / gigabytes)


def table(site: Site, picture: Picture) -> Iterator[str]:
    """A site's table as Markdown, every server beside the others."""
    needs = [Need(site, server, picture) for server in SERVERS]
    fronted = [each if each.server.has_gateway else None for each in needs]
    yield f"{site.pictures:,.0f} pictures a day of {picture.name}: {_short(site.rate)} a second at"
    yield f"the peak, {_short(needs[0].gigabits)} Gbit/s of pictures."
    yield ""
    yield _row("", *(each.server.name for each in needs))
    yield "|" + "---|" * (len(needs) + 1)
    yield _row("cores for the servers", *(_short(each.cores) for each in needs))
    yield _row("gateways", *(str(each.gateways) if each else "" for each in fronted))
    yield _row("their cores", *(_short(each.gateway_cores) if each else "" for each in fronted))
    yield _row(f"nodes of {site.cores} cores", *(f"{each.nodes:,}" for each in needs))
    yield _row("memory of the servers, GB", *(_short(each.gigabytes) for each in needs))
    if picture is SMALL:
        queue = [_short(each.queue_cores) if each else "" for each in fronted]
        yield _row("cores of the gateways, if every call is queued", *queue)
    full = [_short(each.queue_seconds) if each else "" for each in fronted]
    yield _row("seconds until the queues are full, if nothing answers", *full)
    yield _row("core-hours of work a million calls", *(_short(each.work_hours) for each in needs))
    yield _row("core-hours of nodes a million calls", *(_short(each.held_hours) for each in needs))


def _row(what: str, *cells: str) -> str:
    return f"| {what} | {' | '.join(cells)} |"


def _short(figure: float) -> str:
    """Two or three digits of it: the figures that it is made from have no more."""
    return f"{figure:.2g}" if figure < 10 else f"{round(figure, 2 - len(str(int(figure)))):,.0f}"


def main(argv: Sequence[str] | None = None) -> int:
    """Prints a table for each number of pictures: 0; 2 for numbers that make no sense."""
    flags = argparse.ArgumentParser(prog="python -m benchmarks.scale.capacity", allow_abbrev=False)
    flags.add_argument("--pictures", type=float, nargs="+", default=[1e7, 1e9], help="A day.")
    flags.add_argument("--peak", type=float, default=Site.peak,
                       help="Calls of the busiest second over a mean one (3).")  # fmt: skip
    flags.add_argument("--busy", type=float, default=Site.busy,
                       help="Share of the cores that is used then (0.6).")  # fmt: skip
    flags.add_argument("--cores", type=int, default=Site.cores, help="Of a node (8).")
    flags.add_argument("--spare", type=int, default=Site.spare, help="Nodes to spare (1).")
    given = flags.parse_args(argv)
    if min(*given.pictures, given.peak, given.cores) <= 0 or not 0 < given.busy <= 1:
        flags.error("pictures, peak and cores must be above 0, and busy above 0 and at most 1")
    sites = [
        Site(each, given.peak, given.busy, given.cores, given.spare) for each in given.pictures
    ]
    tables = ("\n".join(table(*both)) for both in itertools.product(sites, PICTURES))
    print("\n\n".join(tables))
    return 0


if __name__ == "__main__":
    sys.exit(main())
