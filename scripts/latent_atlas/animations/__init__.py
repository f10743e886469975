"""Moving pictures of a training run, from its snapshots.

frames, feature_frames   snapshots -> video frames, one function for each kind
evolution                which animations an experiment's snapshots call for
film                     frames -> GIF, MP4
"""
