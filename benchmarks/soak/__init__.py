"""A gateway under mixed load, changes and kills for long: nothing lost, nothing that grows."""
