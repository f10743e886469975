"""Everything a trained model can do, done once and written down as arrays.

One file for each ability. Each defines functions from a `context.Context` to arrays by name; `samplers.SAMPLERS` says
for each what it needs and which names it gives.
"""
