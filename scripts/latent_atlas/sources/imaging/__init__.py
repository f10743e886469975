"""From the bytes of picture files to rows of uint8 arrays."""
