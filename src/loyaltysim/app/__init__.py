"""App: a page for teaching, with sliders, plots and a neighborhood of customers, in Mesa's own SolaraViz.

`loyaltysim app` starts it on this machine alone; nothing is loaded from another. It needs `loyaltysim[app]`.
"""
