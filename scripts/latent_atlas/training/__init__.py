"""The one loop that trains every model; it knows no model by name."""
