"""What a model completes for somebody who knows how an item begins: by surviving copies, size, and what is known.

This is the first regime of extraction (Carlini et al. 2023, arXiv:2202.07646); what is repeated unprompted is another
(`Train.extractable_share`, copies^3), with coins of its own. Of text seen once, and of text repeated often, the share
completed grows with the logarithm of the model's size; of the latter with that of the known beginning, too. Both
laws were read off models of 125 million to 6 billion parameters and hold nowhere else.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import log10

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import require, require_above_0, require_share

SMALLEST, LARGEST = 125e6, 6e9
"""Parameters of the models that were measured."""


@dataclass(frozen=True)
class Prompt:
    """Who asks knows the first `tokens` of an item, of models with `parameters`.

    once_share: completed of text seen once, by the smallest model; with once_slope more a factor of ten in size (M04).
    often_share: of text repeated often_copies times and more, by a model of often_parameters that is given often_tokens
    (M02); with often_slope more a factor of ten in size (M01) and tokens_slope a factor of ten in tokens (M03). In
    between, with the logarithm of the copies. family_share of all that: families of models differ (M07).
    """

    tokens: float
    parameters: float
    once_share: float
    once_slope: float
    often_share: float
    often_slope: float
    often_parameters: float
    often_tokens: float
    tokens_slope: float
    often_copies: float
    family_share: float

    def __post_init__(self) -> None:
        require_above_0(tokens=self.tokens, often_tokens=self.often_tokens, often_parameters=self.often_parameters)
        require_share(once_share=self.once_share, often_share=self.often_share, family_share=self.family_share)
        require(self.often_copies > 1, f"Text repeated often has more than one copy, not {self.often_copies}.")
        require(
            SMALLEST <= self.parameters <= LARGEST,
            f"A model has {self.parameters:g} parameters; what is known holds from {SMALLEST:g} to {LARGEST:g}.",
        )

    def share(self, copies: int) -> float:
        """The share completed of items seen `copies` times."""
        once = self.once_share + self.once_slope * log10(self.parameters / SMALLEST)
        often = self.often_share + self.often_slope * log10(self.parameters / self.often_parameters)
        often = max(once, often + self.tokens_slope * log10(self.tokens / self.often_tokens))
        between = min(1.0, log10(copies) / log10(self.often_copies))
        return self.family_share * min(max(once + (often - once) * between, 0.0), 1.0)

    @lru_cache(maxsize=64)  # noqa: B019, a frozen value, and few of them
    def thresholds(self, most: int) -> NDArray[np.int64]:
        """`share` of 1 ... `most` copies, times 2^32; ascending, so that more copies never mean less."""
        return np.array([int(self.share(copies) * 2**32) for copies in range(1, most + 1)], dtype=np.int64)
