"""Damaged files of the store: every start ends in verified evenings or in a refusal with a repair.

evening     what the files hold before anything happens to them, and what was really said
damage      one kind of damage, somewhere, from a random number
outcome     starts the product's own store on it, repairs it if it refuses, and judges
"""
