"""The detector: image, tensor, session, boxes."""
