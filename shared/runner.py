"""
Starts one service, as `parley run NAME` and a deployment do: `python -m shared.runner NAME`.

NAME is looked up among the entry points `parley.services`: a nameko service class runs under eventlet, which must be in
place before anything else is imported; a function is called with the settings and runs until it is told to stop.
"""


def main() -> None:
    """Run the service that the command line names."""
    raise NotImplementedError


if __name__ == "__main__":
    main()
