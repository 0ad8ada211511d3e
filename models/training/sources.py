"""What a run starts from, as its recipe names it: the committed weights, none, a run, a file."""

from dataclasses import dataclass
from pathlib import Path

from ..bundling.catalogue import CATALOGUE, NetworkEntry
from ..bundling.committed import ENTRY, IMPORTER, WEIGHTS_FILE
from ..bundling.samples import sample_inputs
from ..ssd.bundle import EMBEDDED
from ..ssd.labels import Labels
from ..ssd.nets.layers import LayerWeights, Network, Weights
from ..ssd.nets.weights_file import parse_weights
from .checkpoint import load_weights
from .errors import BadRecipe, WeightsUnfit
from .recipe import Recipe
from .run_folder import RunFolder
from .starting import as_trained, column_labels, draw_weights, keep_weights

_UNKNOWN = "NOASSERTION"


@dataclass(frozen=True, slots=True)
class Start:
    """A network that is to learn.

    Attributes:
        entry: Its entry of the catalogue.
        network: The network, a column for each class.
        labels: The classes of its columns.
        weights: The weights it starts from.
        note: What they are, for people.
        license: SPDX identifier of their licence.
    """

    entry: NetworkEntry
    network: Network
    labels: Labels
    weights: dict[str, LayerWeights]
    note: str
    license: str


@dataclass(frozen=True, slots=True)
class _Known:
    """Weights that were found."""

    weights: Weights
    labels: Labels
    note: str
    license: str


def entry_of(recipe: Recipe) -> NetworkEntry:
    """The network that a recipe names.

    Raises:
        BadRecipe: There is none of that name, or it has no such anchors.
    """
    if recipe.network not in CATALOGUE:
        raise BadRecipe(
            f"network: there is no {recipe.network!r}, there are {', '.join(CATALOGUE)}"
        )
    entry = CATALOGUE[recipe.network]
    if recipe.anchors and recipe.anchors not in entry.anchor_sets:
        sets = ", ".join(entry.anchor_sets)
        raise BadRecipe(f"anchors: {entry.name} has {sets}, not {recipe.anchors!r}")
    return entry


def find_start(recipe: Recipe, names: tuple[str, ...], class_ids: tuple[int, ...]) -> Start:
    """Builds the network for a data set's classes, and finds its first weights.

    Args:
        recipe: What is asked for.
        names: Name of each class of the data set.
        class_ids: Id of each.

    Returns:
        The network with the weights it starts from.

    Raises:
        BadRecipe: The recipe names what there is not.
        WeightsUnfit: The weights cannot be read, or are another network's.
    """
    entry = entry_of(recipe)
    plain = entry.build(2, recipe.anchors or None)
    labels = column_labels(names, class_ids, plain)
    network = as_trained(entry.build(len(labels.names), recipe.anchors or None))
    if recipe.start == "fresh":
        weights = draw_weights(network, recipe.seed)
        return Start(entry, network, labels, weights, "drawn anew", _UNKNOWN)
    known = _find(recipe, entry, network)
    weights, kept = keep_weights(network, labels, known.weights, known.labels, recipe.seed)
    names_kept = ", ".join(kept) if kept else "none"
    note = f"{known.note}; class heads kept: {names_kept}"
    return Start(entry, network, labels, weights, note, known.license)


def _find(recipe: Recipe, entry: NetworkEntry, network: Network) -> _Known:
    if recipe.start == "embedded":
        if entry.name != ENTRY.name:
            raise BadRecipe(
                f"start: embedded weights are those of {ENTRY.name}; {entry.name} starts from "
                "fresh, from a checkpoint or VGG16's weights in a file, or from a run's folder"
            )
        content = (EMBEDDED / WEIGHTS_FILE).read_bytes()
        weights = parse_weights(content, entry.build(IMPORTER.columns))
        return _Known(weights, IMPORTER.labels, f"embedded {IMPORTER.model}", IMPORTER.license)
    place = Path(recipe.start)
    if not place.exists():
        raise BadRecipe(
            f"start: {recipe.start!r} is neither embedded nor fresh, nor a file or folder here"
        )
    if (place / "run.json").is_file():
        return _of_run(place, entry, recipe)
    if place.suffix in (".h5", ".hdf5"):
        from .vgg_weights import read_vgg_weights  # h5py

        weights = read_vgg_weights(place, network)
        return _Known(weights, Labels((), ()), f"VGG16 of ImageNet, {place.name}", _UNKNOWN)
    return _of_checkpoint(place, entry, recipe)


def _of_run(place: Path, entry: NetworkEntry, recipe: Recipe) -> _Known:
    note = RunFolder(place).note()
    if note.network != entry.name or note.anchors != (
        recipe.anchors or next(iter(entry.anchor_sets))
    ):
        raise WeightsUnfit(
            f"start: {place} is a run of {note.network} with anchors {note.anchors}, not of "
            f"{entry.name}"
        )
    network = as_trained(entry.build(len(note.labels), recipe.anchors or None))
    weights = load_weights(RunFolder(place).best, network)
    return _Known(weights, Labels(note.labels, note.class_ids), f"run {place.name}", note.license)


def _of_checkpoint(place: Path, entry: NetworkEntry, recipe: Recipe) -> _Known:
    """Weights that an importer of the network reads."""
    if "slim" not in entry.importers:
        raise WeightsUnfit(f"start: {place} is no run, and {entry.name} has no other importer")
    importer = entry.importers["slim"]
    network = entry.build(importer.columns, recipe.anchors or None)
    trained = importer.read(network, place, importer.labels, sample_inputs(network))
    return _Known(trained.weights, trained.labels, f"checkpoint {place.name}", importer.license)
