"""Pictures of handwritten digits on photos and textures, of any number, with exact boxes."""
