"""Pictures from arrays: grids, charts, maps and animations. Nothing here trains, measures or reads files.

style       fonts, sizes, colours, and the one way a chart becomes pixels
tiles       images into a grid, pure arrays
captions    text on and around a picture
projection  the plane of largest variance
grids, surfaces, styled, attributes, curves, charts, maps   one function per figure: material -> pixels
render      which figures an experiment's arrays call for
evolution   snapshots of a training run -> video frames
animation   frames -> GIF, MP4
compare     several models beside the originals
"""
