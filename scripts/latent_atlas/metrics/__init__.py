"""Numbers from arrays.

One small module for each kind of measure, NumPy in and plain numbers out; nothing here reads a file, knows a model or
imports TensorFlow. A metric is an entry in one of ``themes``: its words, its tolerance, its function and the arrays
that it needs. `glossary` lists them all; `latent_atlas.evaluation` computes those that an experiment's arrays allow.

SciPy is imported where a module starts, scikit-learn (seconds, because of pandas) and scikit-image inside the
functions that use them.
"""
