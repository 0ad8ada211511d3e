"""Answers the pictures of /DATA/test with /USER/model: /USER/answer.json.

At most 50 objects a picture, less than 20 MB, the keys of sample_submission.json where it is there.
"""

import sys

import challenge


def main() -> None:
    """Predicts."""
    parser = challenge.arguments(__doc__)
    asked = parser.parse_args()
    folders = challenge.Folders(asked.data, asked.user)
    folders.need_model()
    test = folders.part("test")
    information = folders.information()
    if information is None:
        name = challenge.INFORMATION
        sys.exit(
            f"{name}, the list of pictures and their ids, is neither in {asked.data} nor {test}"
        )
    sample = asked.data / "sample_submission.json"
    challenge.become(
        "predict", "--images", test / "images", "--information", information,
        "--format", "challenge", *(["--like", sample] if sample.is_file() else []),
        "--max-detections", challenge.MOST_OBJECTS, "--max-bytes", challenge.MOST_BYTES,
        "--bundle", folders.model, "--out", folders.answer,
    )  # fmt: skip


if __name__ == "__main__":
    main()
