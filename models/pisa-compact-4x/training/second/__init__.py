"""The second generation: a pixel and a semantic branch that share no weights. See README.md in this folder."""

import os

# Threads that wait for each other asleep lose less beside other work; libraries read this when they are loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
