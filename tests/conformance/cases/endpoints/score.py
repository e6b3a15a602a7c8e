def init(): ...


def run(data):
    return data
