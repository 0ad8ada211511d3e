"""The layouts that annotated pictures come in; each says what its files have, and believes none."""
