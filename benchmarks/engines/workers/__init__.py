"""Programs that run one network on one engine, in turn: each in the environment of its engine."""
