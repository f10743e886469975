"""One file for each theme: its metrics, and the arrays from which they follow."""
