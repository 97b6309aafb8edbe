"""The routes, one module per noun; each translates and hands on."""
