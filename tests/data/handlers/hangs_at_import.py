import sys
import time

print("importing", file=sys.stderr, flush=True)
time.sleep(600)
