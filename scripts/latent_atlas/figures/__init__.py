"""Pictures from arrays: grids, charts and surfaces. Nothing here trains or samples.

theme       fonts, sizes, colours, and how a picture becomes a file
tiles       images into a grid, pure arrays
lettering   text on and around a picture
plotting    matplotlib's charts as pixels
projection  the plane of largest variance
material    what a figure is drawn from
grids, surfaces, mixed_styles, attribute_charts, curves, charts, scatter, pages   one function per figure
catalogue   every figure: its arrays, its title, its caption
"""
