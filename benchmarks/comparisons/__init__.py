"""The comparisons, a file each: ``measure`` takes a plan and gives a finding."""
