#!/usr/bin/env python3
"""Makes complete.csv, incomplete.csv, sparse.csv and expected.json: what SciPy, pingouin and sureal say of votes.

    pip install numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 pingouin==0.7.0 sureal==0.9.0
    cd tests/votes && python make-expected.py && Rscript make-expected.R

The votes are drawn with a fixed seed, none are anybody's. tests/cli/votes.rs holds basilar to all of it.
"""

import contextlib
import io
import json
from types import SimpleNamespace

import numpy
import pandas
import pingouin
from scipy import stats
from sureal.dataset_reader import RawDatasetReader
from sureal.subjective_model import MaximumLikelihoodEstimationModelContentObliviousAlternativeProjection2 as Model

CONDITIONS = {"reference": 4.6, "opus-24": 4.3, "opus-12": 3.6, "lc3-16": 3.2, "g711": 2.6, "mnru-15": 1.9}
ITEMS, LISTENERS = 5, 12


def draw():
    random = numpy.random.default_rng(21)
    bias = random.normal(0, 0.35, LISTENERS)
    spread = random.uniform(0.35, 1.0, LISTENERS)
    spread[3] = 1.8
    of_item = random.normal(0, 0.25, ITEMS)
    rows = []
    for condition, quality in CONDITIONS.items():
        for item in range(ITEMS):
            clip = quality + of_item[item] + random.normal(0, 0.15)
            for listener in range(LISTENERS):
                vote = clip + bias[listener] + random.normal(0, spread[listener])
                rows.append((f"l{listener + 1}", f"s{item + 1}", condition, int(numpy.clip(round(vote), 1, 5))))
    complete = pandas.DataFrame(rows, columns=["listener", "item", "condition", "score"])
    return complete, *(complete.sample(frac=part, random_state=5).sort_index() for part in (0.85, 0.6))


def opinions(table, by):
    """Mean, and Student's interval over the votes."""
    found = {}
    for name, votes in table.groupby(by, sort=False)["score"]:
        error = stats.sem(votes)
        low, high = stats.t.interval(0.95, len(votes) - 1, votes.mean(), error) if error > 0 else (votes.mean(),) * 2
        key = name if isinstance(name, str) else "/".join(name)
        found[key] = {"votes": len(votes), "mean": votes.mean(), "standard_error": error, "low": low, "high": high}
    return found


def recovered(table):
    """Quality, bias and inconsistency by sureal's solver of P.910."""
    stimuli = list(dict.fromkeys(zip(table.item, table.condition)))
    listeners = sorted(table.listener.unique(), key=lambda name: int(name[1:]))
    contents = sorted(set(table.item))
    votes = {(r.listener, r.item, r.condition): r.score for r in table.itertuples()}
    dataset = SimpleNamespace(
        dataset_name="votes", ref_score=None,
        ref_videos=[{"content_id": i, "content_name": name, "path": name} for i, name in enumerate(contents)],
        dis_videos=[{
            "content_id": contents.index(item), "asset_id": place, "path": f"{item}/{condition}",
            "os": {l: votes[l, item, condition] for l in listeners if (l, item, condition) in votes},
        } for place, (item, condition) in enumerate(stimuli)],
    )
    with contextlib.redirect_stdout(io.StringIO()):
        found = Model(RawDatasetReader(dataset)).run_modeling(normalize_final=False)
    quality = dict(zip((f"{item}/{condition}" for item, condition in stimuli), found["quality_scores"]))
    listeners = found["observers"]
    inconsistency = found["observer_inconsistency"]
    # With gaps, what all biases have in common could as well be quality; over all votes there is none.
    counts = [int((table.listener == listener).sum()) for listener in listeners]
    common = numpy.average(found["observer_bias"], weights=counts)
    bias = [one - common for one in found["observer_bias"]]
    quality = {name: one + common for name, one in quality.items()}
    return {
        "quality": quality,
        "bias": dict(zip(listeners, bias)),
        "inconsistency": dict(zip(listeners, inconsistency)),
    }


def main():
    complete, incomplete, sparse = draw()
    # On these the likelihood has no maximum: it grows as one listener is taken to be more and more consistent.
    sparse.to_csv("sparse.csv", index=False)
    expected = {}
    for name, table in {"complete": complete, "incomplete": incomplete}.items():
        table.to_csv(f"{name}.csv", index=False)
        expected[name] = {
            "conditions": opinions(table, "condition"),
            "stimuli": opinions(table, ["item", "condition"]),
            "recovered": recovered(table),
        }
    stimulus = complete.assign(stimulus=complete.item + complete.condition)
    icc = pingouin.intraclass_corr(stimulus, targets="stimulus", raters="listener", ratings="score")
    expected["icc"] = icc.set_index("Type")["ICC"].to_dict()
    with open("expected.json", "w") as file:
        json.dump(expected, file, indent=1, default=float)
        file.write("\n")


if __name__ == "__main__":
    main()
