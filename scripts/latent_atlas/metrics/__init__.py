"""Numbers from arrays.

One small module per family of measures, NumPy in and plain numbers out; nothing here reads a file, knows a
model or imports TensorFlow. `evaluate.evaluate` is the table that picks the measures an experiment's arrays
allow.

SciPy is imported where a module starts, scikit-learn (seconds, because of pandas) and scikit-image inside the
functions that use them.
"""
