"""How well a detector does on annotated pictures; needs no Keras."""
