"""What is typed at a terminal: one module a command, each a thin edge like a view.

A command module has `EXAMPLES`, `add_arguments(parser)` and `run(args) -> Outcome`; its one line in
the list of commands stands in `__main__`.
A command with words under it (`district add`) is one module with sub-parsers.
"""
