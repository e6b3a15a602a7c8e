def init(x): pass
def run(): pass
