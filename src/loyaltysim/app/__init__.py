"""App: pages in a browser, for teaching: two worlds side by side (`class_page`), or a Mesa model (`mesa_page`).

`loyaltysim app` serves one of them on this machine alone; nothing is loaded from another. It needs `loyaltysim[app]`.
"""
