"""What a revision's annotations say of the model that it serves."""

from collections.abc import Mapping
from dataclasses import dataclass

TRIAL = "dcf.rollout."
"""How the names begin of what says on which terms a revision is tried out beside another."""
MODEL, DIGEST, VERDICT, FORCED = "dcf.model", "dcf.model.digest", "dcf.verdict", "dcf.forced"


@dataclass(frozen=True, slots=True)
class ModelNotes:
    """A revision's model.

    Attributes:
        model: Its id in the registry, or its bundle's name and version; empty where it is not told.
        digest: Of its bundle.
        verdict: The gate's, in a line.
        forced: Why it serves without one.
    """

    model: str = ""
    digest: str = ""
    verdict: str = ""
    forced: str = ""

    @classmethod
    def of(cls, annotations: Mapping[str, str]) -> "ModelNotes":
        """Reads them."""
        return cls(*(annotations.get(key, "") for key in (MODEL, DIGEST, VERDICT, FORCED)))

    def over(self, annotations: Mapping[str, str]) -> dict[str, str]:
        """Others with these in the place of an earlier model's.

        Args:
            annotations: A function's; what else they say stays, but how a model is tried out.
        """
        ours = {MODEL: self.model, DIGEST: self.digest, VERDICT: self.verdict, FORCED: self.forced}
        kept = {
            key: text
            for key, text in annotations.items()
            if key not in ours and not key.startswith(TRIAL)
        }
        return kept | {key: text for key, text in ours.items() if text}
