"""Search for hyper-parameters: a trial is a training run, in a process and folder of its own."""
