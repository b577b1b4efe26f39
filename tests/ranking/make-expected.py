#!/usr/bin/env python3
"""Makes expected-ladders.json: Bjøntegaard differences of the ladders in balanced.csv by the package bjontegaard.

    pip install numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 bjontegaard==1.3.0
    cd tests/ranking && python make-expected.py
"""

import itertools
import json
import math

import bjontegaard
import pandas

table = pandas.read_csv("balanced.csv").groupby(["codec", "bitrate"])["mos_lqo"].mean()
ladders = {codec: table[codec] for codec in ("lc3", "mp3", "opus")}
found = []
for against, ladder in itertools.combinations(ladders, 2):
    a, b = ladders[against], ladders[ladder]
    curves = (list(a.index), list(a), list(b.index), list(b))
    options = {"method": "pchip", "require_matching_points": False, "min_overlap": 0}
    found.append({
        "ladder": ladder,
        "against": against,
        # None where the two have no quality in common.
        "rate_percent": None if math.isnan(rate := bjontegaard.bd_rate(*curves, **options)) else rate,
        "mos_lqo": bjontegaard.bd_psnr(*curves, **options),
    })
with open("expected-ladders.json", "w") as file:
    json.dump(found, file, indent=1)
    file.write("\n")
