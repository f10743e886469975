"""The exceptions whose messages are meant for the user."""


class AtlasError(Exception):
    """A problem the user can correct: one line that names the file, the key and what is allowed."""


class TooFewError(Exception):
    """The data are enough to train on, but not for this sample, figure or metric, which is then left out.

    The message says what is needed and what there is; the report shows it.
    """
