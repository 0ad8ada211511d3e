"""A bundle in the session that serves it: ``bundle_engine BUNDLE``. For LiteRT and TensorFlow.

A lone call, as the function makes it when nobody else calls.
"""

import sys
from pathlib import Path

from benchmarks.engines.workers.served import THREADS, serve, two_cores
from models.ssd.bundle import open_bundle
from models.ssd.preprocess import Preprocessor
from models.ssd.session import open_session


def main(folder: Path) -> None:
    """Serves commands until the input ends."""
    two_cores()
    bundle = open_bundle(folder)
    if bundle.manifest.engine == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(THREADS)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    preprocessor = Preprocessor(bundle.manifest.input)
    session = open_session(bundle, THREADS)
    serve(session.run, lambda pixels: preprocessor.tensor(pixels[0]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
