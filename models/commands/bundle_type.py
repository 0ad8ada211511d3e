"""How verbs take a bundle: a folder, or the name of an embedded one."""

from pathlib import Path

import click


class BundleType(click.ParamType[Path]):
    """Turns what a person names into the bundle's folder."""

    name = "bundle"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        """Finds the folder.

        Raises:
            BundleError: There is none of that name; lists the embedded bundles.
        """
        del param, ctx  # the message names what was given
        from ..ssd.bundle import find_bundle  # only for a verb that is given one

        return find_bundle(Path(str(value)))


BUNDLE = BundleType()
