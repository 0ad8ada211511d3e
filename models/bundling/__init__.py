"""From weights to a bundle: networks, importers, calibration, comparison, writing. Offline."""
