"""Parse, classify and compare mathematical answers, with every cost bounded beforehand."""
