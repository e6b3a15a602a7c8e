def run(data): pass
