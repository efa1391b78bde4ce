.PHONY: run test check mutants

run:
	python3 manage.py up

test:
	python3 manage.py test

check:
	python3 manage.py check-all

mutants:
	python3 manage.py mutants
