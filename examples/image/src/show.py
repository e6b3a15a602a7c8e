"""Shows what the image and its variables hold."""

import os
import subprocess

import six

print("greeting:", os.environ["GREETING"])
print("six:", six.__version__)
print("user:", os.getuid())
print(subprocess.run(["hello"], capture_output=True, text=True, check=True).stdout.strip())
with open("/etc/built-for", encoding="utf-8") as built_for:
    print(built_for.read().strip())
