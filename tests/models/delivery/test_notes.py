"""What annotations say of a model, and what of them an update keeps."""

from models.delivery.notes import ModelNotes


def test_one_model_takes_the_place_of_another_and_the_rest_stays():
    first = ModelNotes("digits-1", "0" * 64, verdict="passed")
    kept = first.over({"desc": "boxes", "dcf.rollout": "told", "dcf.rollout.share": "0.1"})
    assert kept == {
        "desc": "boxes", "dcf.rollout": "told", "dcf.model": "digits-1",
        "dcf.model.digest": "0" * 64, "dcf.verdict": "passed",
    }  # fmt: skip
    second = ModelNotes("digits-2", "1" * 64, forced="a test")
    assert second.over(kept) == {
        "desc": "boxes", "dcf.rollout": "told", "dcf.model": "digits-2",
        "dcf.model.digest": "1" * 64, "dcf.forced": "a test",
    }  # fmt: skip
    assert ModelNotes.of(second.over(kept)) == second
    assert ModelNotes.of({"desc": "boxes"}) == ModelNotes()
