"""`python -m easytear` is the same as the `easytear` command."""

from easytear.cli import main

if __name__ == "__main__":
    main()
