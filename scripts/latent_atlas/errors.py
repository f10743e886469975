"""The one exception whose message is meant for the person at the keyboard."""


class AtlasError(Exception):
    """A problem the user can mend: one line that names the file, the key and what is allowed."""
