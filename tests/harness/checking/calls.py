"""Functions that the tests' workers call."""

import os
import time


def double(number):
    return 2 * number


def end(code):
    os._exit(code)


def burn(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
    return "burnt"


def wait_for(path):
    while not os.path.exists(path):
        time.sleep(0.01)
    return "seen"


def fill(megabytes):
    return len(bytearray(megabytes << 20))


def fail(text):
    raise ValueError(text)


def print_and_return(text):
    print(text, flush=True)
    return text


def process(_):
    return os.getpid()


def die_once(path):
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return "alive"
    os._exit(9)
