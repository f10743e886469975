"""The report: one page that shows and compares every experiment. Reads files, trains and measures nothing.

gather       what the experiments left on disk, checked
table        the comparison tables
description  what a model is, in the words of its own file
comparison   several models on the same images
explorer     the latent plane, ready for the pointer
media        pictures and videos as data URIs
parameters   the part of params.yaml that the results follow from
page         all of it as one self-contained HTML file (assets: template, styles, scripts)
markdown     the tables and figures for a code host
long_table   every number, one a row
"""
