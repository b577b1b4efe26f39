#!/usr/bin/env python3
"""Makes ratings.csv, scores.csv and expected.json: statistics by SciPy, which tests/cli/validate_statistics.rs holds basilar to.

    pip install numpy==2.4.6 scipy==1.17.1
    python tests/validation/make-expected.py

The ratings are drawn with fixed seeds, none are anybody's votes. Each dataset leads the monotone
mapping to another case: a polynomial that is monotone by itself, one that would fall at the lower end,
at the upper, at both, or in the middle, one that falls everywhere, and scores of few different values.
"""

import csv
import json
from pathlib import Path

import numpy
from scipy import optimize, stats

FOLDER = Path(__file__).parent
CONDITIONS, TALKERS = 9, 4

#: How votes follow a score from -1 to 1, and how a second metric is made from it.
SHAPES = {
    "monotone": lambda t: 3 + 1.2 * t + 0.3 * t**2 + 0.2 * t**3,
    "falls-below": lambda t: 1.6 + 1.4 * (t + 0.35) ** 2,
    "falls-above": lambda t: 4.4 - 1.4 * (t - 0.35) ** 2,
    "falls-at-both": lambda t: 3 + 1.5 * numpy.sin(2.2 * t),
    "falls-within": lambda t: 3 + 2.2 * t**3 - 0.4 * t,
    "falls": lambda t: 3 - 1.5 * t,
    "few-values": lambda t: 3 + 1.1 * t,
    "hundred": lambda t: 50 + 35 * t - 8 * t**2,
}


def draw():
    """Rows of ratings and of scores."""
    ratings, scores = [], []
    for seed, (dataset, shape) in enumerate(SHAPES.items()):
        random = numpy.random.default_rng(seed)
        spread = 10 if dataset == "hundred" else 0.4
        for condition in range(CONDITIONS):
            for talker in range(TALKERS):
                t = numpy.clip(2 * condition / (CONDITIONS - 1) - 1 + random.normal(0, 0.1), -1, 1)
                if dataset == "few-values":
                    t = numpy.round(t)
                votes = int(random.integers(5, 20))
                error = abs(random.normal(spread, spread / 3)) / numpy.sqrt(votes)
                ends = (0, 100) if dataset == "hundred" else (1, 5)
                score = numpy.clip(shape(t) + random.normal(0, spread / 2), *ends)
                name = f"{dataset}/{condition}-{talker}.wav"
                ratings.append({
                    "dataset": dataset,
                    "reference": f"{dataset}/{talker}.wav",
                    "degraded": name,
                    "condition": f"c{condition}",
                    # Rounded, so that there are ties.
                    "score": round(float(score), 0 if dataset == "hundred" else 1),
                    "standard_error": "" if dataset == "falls" else round(float(error), 4),
                    "votes": "" if dataset == "falls-above" else votes,
                    "scale": "MUSHRA 0-100" if dataset == "hundred" else "ACR 1-5",
                })
                first = round(float(3 + 1.9 * t), 4)
                second = round(float(-7 + 5 * t + random.normal(0, 1.5)), 2)
                # A metric may have no score for some clips.
                missing = condition == 4 and talker == 1
                scores.append({"degraded": name, "first": first, "second": "" if missing else second})
    return ratings, scores


def fit(x, y):
    """The cubic that is nowhere falling between the ends of x and closest to y in least squares.

    Its derivative, with x brought to t from -1 to 1, is (a + b t)^2 + c^2 (1 - t^2): every parabola that is not
    negative there can be written so (Markov and Lukacs). Levenberg-Marquardt from many starts.
    """
    low, high = x.min(), x.max()
    t = (2 * x - low - high) / (high - low)

    def coefficients(parameters):
        constant, a, b, c = parameters
        slope = numpy.polynomial.Polynomial([a * a + c * c, 2 * a * b, b * b - c * c])
        return slope.integ(k=constant)

    def residuals(parameters):
        return coefficients(parameters)(t) - y

    random = numpy.random.default_rng(0)
    starts = [numpy.array([y.mean(), *random.normal(0, 1, 3) * y.std()]) for _ in range(60)]
    runs = [optimize.least_squares(residuals, start, method="lm", xtol=1e-15, ftol=1e-15, gtol=1e-15) for start in starts]
    best = min(runs, key=lambda run: run.cost)
    in_t = coefficients(best.x)
    in_x = in_t(numpy.polynomial.Polynomial([-(low + high), 2]) / (high - low))
    return in_t(t), numpy.resize(numpy.append(in_x.coef, [0.0] * 4), 4)


def statistics(score, vote, half, mos):
    """Everything that P.1401 asks of one metric."""
    pearson = stats.pearsonr(score, vote)
    interval = pearson.confidence_interval(0.95)
    mapped, _ = fit(score, vote)
    error = numpy.abs(vote - mapped)
    degrees = len(vote) - 4
    known = half is not None
    rho, tau = stats.spearmanr(score, vote).statistic, stats.kendalltau(score, vote, variant="b").statistic
    return {
        "count": len(vote),
        "pearson": pearson.statistic,
        "pearson_interval": [interval.low, interval.high],
        "spearman": rho,
        "spearman_interval": list(fisher_interval(rho, 1 + rho**2 / 2, len(vote) - 3)),
        "kendall": tau,
        "kendall_interval": list(fisher_interval(tau, 0.437, len(vote) - 4)),
        "rmse": numpy.sqrt(numpy.mean((score - vote) ** 2)) if mos else None,
        "rmse_mapped": numpy.sqrt(numpy.sum(error**2) / degrees),
        "rmse_star": numpy.sqrt(numpy.sum(numpy.maximum(error - half, 0) ** 2) / degrees) if known else None,
        "outlier_ratio": numpy.mean(error > half) if known else None,
    }


def fisher_interval(r, variance, free):
    """A correlation's 95 % interval by the variance of its Fisher z."""
    half = stats.norm.ppf(0.975) * numpy.sqrt(variance / free)
    return numpy.tanh(numpy.arctanh(r) + numpy.array([-half, half]))


def difference(one, other, vote):
    """Whether two metrics differ, by the formulas of Meng, Rosenthal and Rubin (1992), Zou (2007) and P.1401."""
    there = ~numpy.isnan(one) & ~numpy.isnan(other)
    one, other, vote = one[there], other[there], vote[there]
    count = len(vote)
    a, b, r = (numpy.corrcoef(x, y)[0, 1] for x, y in ((one, vote), (other, vote), (one, other)))
    z = numpy.arctanh(a) - numpy.arctanh(b)
    square = (a * a + b * b) / 2
    f = min((1 - r) / (2 * (1 - square)), 1)
    meng = z * numpy.sqrt((count - 3) / (2 * (1 - r) * (1 - f * square) / (1 - square)))
    (low_a, high_a), (low_b, high_b) = (fisher_interval(x, 1, count - 3) for x in (a, b))
    c = ((r - a * b / 2) * (1 - a * a - b * b - r * r) + r**3) / ((1 - a * a) * (1 - b * b))
    low = a - b - numpy.sqrt((a - low_a) ** 2 + (high_b - b) ** 2 - 2 * c * (a - low_a) * (high_b - b))
    high = a - b + numpy.sqrt((high_a - a) ** 2 + (b - low_b) ** 2 - 2 * c * (high_a - a) * (b - low_b))
    error, other_error = (vote - fit(x, vote)[0] for x in (one, other))
    ratio = numpy.sum(error**2) / numpy.sum(other_error**2)
    ratio = max(ratio, 1 / ratio)
    # Two metrics that are mapped to the same have the same errors.
    same = numpy.allclose(error, other_error, rtol=0, atol=1e-6)
    paired = None if same else {"p": stats.pearsonr(error + other_error, error - other_error).pvalue}
    independent = z / numpy.sqrt(2 / (count - 3))
    return {
        "metric": "first",
        "other": "second",
        "count": count,
        "difference": a - b,
        "interval": [low, high],
        "dependent": {"statistic": meng, "p": 2 * stats.norm.sf(abs(meng))},
        "adjusted_p": 2 * stats.norm.sf(abs(meng)),
        "independent": {"statistic": independent, "p": 2 * stats.norm.sf(abs(independent))},
        "rmse_ratio": {"statistic": ratio, "p": min(2 * stats.f.sf(ratio, count - 4, count - 4), 1)},
        "dependent_errors": paired,
    }


def evaluate(vote, standard_error, degrees, columns, dataset):
    """The metrics on clips or on conditions; a missing score is NaN."""
    known = not numpy.isnan(standard_error).any()
    quantile = stats.norm.ppf(0.975) if numpy.isnan(degrees).any() else stats.t.ppf(0.975, degrees)
    half = standard_error * quantile if known else None
    reliability = 1 - numpy.mean(standard_error**2) / numpy.var(vote, ddof=1)
    metrics = {}
    for name, score in columns.items():
        there = ~numpy.isnan(score)
        mos = dataset != "hundred" and name == "first"
        metrics[name] = statistics(score[there], vote[there], None if half is None else half[there], mos)
    ceiling = {"pearson": numpy.sqrt(reliability), "rmse": numpy.sqrt(numpy.mean(standard_error**2))}
    differences = [difference(columns["first"], columns["second"], vote)]
    return {"ceiling": ceiling if known else None, "metrics": metrics, "differences": differences}


def expected(ratings, scores):
    """The statistics of every dataset, by clips and by conditions."""
    def number(cell):
        return float(cell) if cell != "" else numpy.nan

    result = {}
    for dataset in SHAPES:
        rows = [(r, s) for r, s in zip(ratings, scores) if r["dataset"] == dataset]
        vote, error, votes = (numpy.array([number(r[c]) for r, _ in rows]) for c in ("score", "standard_error", "votes"))
        columns = {c: numpy.array([number(s[c]) for _, s in rows]) for c in ("first", "second")}
        clips = evaluate(vote, error, votes - 1, columns, dataset)
        by_condition = (CONDITIONS, TALKERS)
        conditions = evaluate(
            vote.reshape(by_condition).mean(1),
            numpy.sqrt((error.reshape(by_condition) ** 2).sum(1)) / TALKERS,
            votes.reshape(by_condition).sum(1) - TALKERS,
            {c: numpy.nanmean(score.reshape(by_condition), 1) for c, score in columns.items()},
            dataset,
        )
        result[dataset] = {"clips": clips, "conditions": conditions}
    return result


def write(name, rows):
    with open(FOLDER / name, "w", newline="") as file:
        table = csv.DictWriter(file, rows[0], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def main():
    ratings, scores = draw()
    write("ratings.csv", ratings)
    write("scores.csv", scores)
    with open(FOLDER / "expected.json", "w") as file:
        json.dump(expected(ratings, scores), file, indent=1, default=float)
        file.write("\n")


if __name__ == "__main__":
    main()
