"""From a config file's entry to a function that is ready: build, deploy, wait."""
