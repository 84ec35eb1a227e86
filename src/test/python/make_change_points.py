"""Change points of some series as Apache Otava 0.8.0 finds them, for src/test/resources/change-points.json.

    git clone https://github.com/apache/otava
    PYTHONPATH=otava python3 src/test/python/make_change_points.py > src/test/resources/change-points.json

Needs numpy and scipy. For each series: candidates, that is the index and the statistic of each split in the order in which
they are taken, with the p of 9999 permutations within all segments (Matteson and James, 2014), while p is at most ALPHA and
once beyond it; and the index of each change point that Otava's own method, a t-test with p of 0.001, finds.
Nile is the river's flow at Aswan, 1871 to 1970 (10^8 m^3 a year); Cobb (1978) found its change in 1898, so that 1899, index 28,
is the first year of the new level.
"""
import json
import sys

import numpy as np
from otava.analysis import compute_change_points
from otava.change_point_divisive.calculator import PairDistanceCalculator
from otava.change_point_divisive.significance_test import PermutationsSignificanceTester

ALPHA = 0.01
PERMUTATIONS = 9999

NILE = [1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
        1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
        831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759,
        781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890,
        744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740]


def levels(seed, noise, *parts):
    """Step times about levels, ms: each part is a level and how many results have it."""
    rng = np.random.default_rng(seed)
    values = np.concatenate([np.full(count, level) for level, count in parts])
    return np.round(values * (1 + noise * rng.standard_normal(len(values))), 5).tolist()


def spiked(values, *at):
    return [2 * v if i in at else v for i, v in enumerate(values)]


SERIES = {
    "nile": NILE,
    "slower once": levels(1, 0.01, (1.2, 12), (1.3, 9)),
    "slower in its last two results": levels(2, 0.01, (1.2, 24), (1.4, 2)),
    "slower, then faster than ever": levels(3, 0.02, (38, 15), (44, 12), (31, 18)),
    "a spike is no level": spiked(levels(4, 0.01, (1.2, 30)), 14),
    "the same throughout": levels(5, 0.02, (6.4, 40)),
    "noisy, and slower by half its noise": levels(6, 0.05, (10, 60), (10.25, 60)),
    "five results": levels(7, 0.01, (1.2, 3), (1.5, 2)),
}


def candidates(values):
    values = np.array(values, dtype=float)
    tester = PermutationsSignificanceTester(ALPHA, PERMUTATIONS, PairDistanceCalculator, seed=1)
    calculator = PairDistanceCalculator(values)
    points, found = [], []
    while True:
        intervals = tester.get_intervals(points)
        candidate = calculator.get_next_candidate(intervals)
        if candidate is None:
            return found
        point = tester.change_point(candidate, values, intervals)
        # the series is one of its permutations; and the same split of values in another order differs by rounding alone
        extreme = np.sum(point.stats.permuted_qhats >= (1 - 1e-9) * point.qhat)
        p = float(extreme + 1) / (PERMUTATIONS + 1)
        found.append({"index": int(point.index), "statistic": float(point.qhat), "p": p})
        if p > ALPHA:
            return found
        points = sorted(points + [point], key=lambda c: c.index)


json.dump([{"name": name, "values": values, "candidates": candidates(values),
            "tTest": [int(c.index) for c in compute_change_points(values)[0]]} for name, values in SERIES.items()],
          sys.stdout, indent=1)
print()
