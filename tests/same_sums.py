"""MKL adds in one order on every processor: otherwise AMD's sums differ from Intel's, and parity is judged to 1e-5.

Read by MKL at its first product, so this is imported before torch.
"""

from __future__ import annotations

import os

os.environ.setdefault("MKL_CBWR", "AVX2")
