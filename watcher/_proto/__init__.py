"""Generated from proto/*.proto by proto/generate.sh; not edited by hand."""
