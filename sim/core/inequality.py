"""How unequally an amount is shared out."""

import numpy as np
from numpy.typing import NDArray


def gini(amounts: NDArray[np.int64] | NDArray[np.float64]) -> float:
    """Gini coefficient of amounts of 0 or more: 0 all alike, towards 1 one has all; nan where there is nothing."""
    ordered, n = np.sort(amounts), len(amounts)
    total = ordered.sum()
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * total)) if total else float("nan")
