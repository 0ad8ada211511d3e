import msgspec

from models.ssd.description import Calibration, Metrics, PhotoSource, Provenance, Source


def test_records_are_written_without_what_they_lack():
    assert Metrics().values() == {}
    assert Provenance(source=Source(format="x")).values() == {"source": {"format": "x"}}
    calibration = Calibration(images=3, packages=(PhotoSource(photos=3, of="the user"),))
    assert calibration.values() == {"images": 3, "packages": [{"photos": 3, "of": "the user"}]}


def test_figures_have_the_names_of_the_field():
    metrics = Metrics(mean_precision=0.25, precision_50=0.5, precision_75=0.0, images=1)
    assert metrics.values() == {"mAP": 0.25, "AP50": 0.5, "AP75": 0.0, "images": 1}


def test_new_figures_leave_no_unknown_ones_of_the_old():
    old = Metrics(mean_precision=0.25, others={"energy": 1})
    assert msgspec.structs.replace(old, mean_precision=0.5).values() == {"mAP": 0.5, "energy": 1}
    assert Metrics(mean_precision=0.5).values() == {"mAP": 0.5}
