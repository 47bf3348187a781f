"""``python -m expectations``: write every table's suite from its contract and rules."""

from expectations.suites import write_all

if __name__ == "__main__":
    print(f"{len(write_all())} suites written")
