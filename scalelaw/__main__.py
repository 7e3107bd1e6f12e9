"""``python -m scalelaw`` is ``scalelaw``."""

from scalelaw.cli import main

if __name__ == "__main__":
    main()
