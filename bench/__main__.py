"""`python -m bench`: measures the product beside a bare Flask application and prints a table."""

from bench.run import main

main()
