"""`python -m loyaltysim` is the command `loyaltysim`."""

from loyaltysim.cli import main

if __name__ == "__main__":
    main()
