"""Everything a trained model can do, done once and written down as arrays."""
