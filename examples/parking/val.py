"""Measures /USER/model on the pictures held back; figures, and /USER/report/report.html."""

import challenge


def main() -> None:
    """Measures."""
    parser = challenge.arguments(__doc__)
    parser.add_argument("--json", action="store_true", help="figures as one line of JSON")
    asked = parser.parse_args()
    folders = challenge.Folders(asked.data, asked.user)
    folders.need_model()
    challenge.become(
        "evaluate", "--bundle", folders.model, "--data", folders.data_set(), "--split", "val",
        "--report", folders.user / "report", *(["--json"] if asked.json else []),
    )  # fmt: skip


if __name__ == "__main__":
    main()
