"""A volume seen from outside: rendered off screen by VTK, or by numpy where there is no OpenGL. Qt-free.

`ladder` finds out what the machine can do, `grid` brings the volume into one regular array, `looks` says how its values are
shown, `camera` from where; `render_thread` draws pictures of that on a thread of its own.
"""
