"""What form a copy takes: a picture of its own, a quote, a comment; and what its maker does when asked to end it."""

from typing import NamedTuple

import numpy as np

from sim.core.codes import PUBLIC
from sim.core.compiled import Array, Integer, lean, whole
from sim.core.keyed import draw
from sim.exposure.doors import HANGS, LATE, QUOTE, STAYS

WHOLE = 1 << 32


class Forms(NamedTuple):
    """Forms a copy may take beside a picture of its own, int64[forms]: `upto`, its share and those before it, of
    `hangs` the share that is gone with the original, the share of an audience that `seen` gives, all times 2^32; its
    `flag`. `complies`: the share of all copies that are taken down for who asks, `late` of these late, times 2^32."""

    upto: Array
    hangs: Array
    seen: Array
    flag: Array
    complies: int
    late: int


@lean
def form_of(forms: Forms, identity: Integer, key: np.uint64, audience: Integer, of_original: bool) -> tuple[int, int]:
    """The flags of a copy and the share of the copier's audience it is shown to (of 2^32). A quote of what is not for
    everybody, or of a copy, holds the words themselves; else it may be no more than a link."""
    coin, fate = draw(key, identity, 0, 0)
    answer, course = draw(key, identity, 1, 0)
    asked = STAYS * (whole(answer >> np.uint64(32)) >= forms.complies)
    asked += LATE * (whole(course >> np.uint64(32)) < forms.late)
    for i in range(len(forms.upto)):
        if whole(coin >> np.uint64(32)) < forms.upto[i]:
            flags = whole(forms.flag[i]) | asked
            linked = of_original and (not flags & QUOTE or audience == PUBLIC)
            if linked and whole(fate >> np.uint64(32)) < forms.hangs[i]:
                flags |= HANGS
            return flags, whole(forms.seen[i])
    return asked, WHOLE
