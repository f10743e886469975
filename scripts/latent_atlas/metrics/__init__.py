"""Numbers from arrays.

One small module for each kind of measure, NumPy in and plain numbers out; nothing here reads a file, knows a model or
imports TensorFlow. A metric is an entry in one of ``themes``: its words, its tolerance, its function and the arrays
that it needs. `glossary` lists them all; `latent_atlas.evaluation` computes those that an experiment's arrays allow.

Every measure raises ValueError for arrays that are not of the shapes, types, lengths and ranges that its docstring
states, or that hold NaN or infinities, and TooFewError for too few rows. "Rows" are of any real dtype, "labels"
integers from 0, "images" (n, H, W, C) uint8 or floats in [0, 1].

SciPy is imported where a module starts, scikit-learn (seconds, because of pandas) and scikit-image inside the functions
that use them.
"""
