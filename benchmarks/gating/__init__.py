"""How often the gate lets a retrained model pass that is as good, one point better, one worse."""
