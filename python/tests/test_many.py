"""Many pairs score like each of them, in order, on all cores, and one bad pair does no harm."""

import threading
import time

import basilar
import pytest
from conftest import DEGRADED, REFERENCE, shipped_pairs

PAIRS = shipped_pairs("8k")[:12]


def test_scores_come_in_order_and_like_one_by_one():
    many = list(basilar.score_many(PAIRS, progress=False))
    assert [scored.mos_lqo for scored in many] == [basilar.score(*pair).mos_lqo for pair in PAIRS]


def test_errors_are_raised_or_returned_in_their_place():
    pairs = [PAIRS[0], ("absent.wav", PAIRS[0][1]), PAIRS[1]]
    first, absent, last = basilar.score_many(iter(pairs), errors="return", jobs=2)
    assert isinstance(absent, basilar.NotFoundError)
    assert first.mos_lqo == basilar.score(*PAIRS[0]).mos_lqo
    assert last.mos_lqo == basilar.score(*PAIRS[1]).mos_lqo
    scores = basilar.score_many(pairs)
    assert next(scores).mos_lqo == first.mos_lqo
    with pytest.raises(basilar.NotFoundError, match="absent.wav"):
        next(scores)


def test_wrong_use_is_refused_before_anything_is_scored():
    for options in ({"errors": "ignore"}, {"jobs": 0}, {"model": "pesq"}):
        with pytest.raises(basilar.ArgumentError):
            basilar.score_many(PAIRS, **options)


def test_a_prepared_reference_stands_in_for_its_recording():
    prepared = basilar.Scorer("wb").prepare(REFERENCE)
    (scored,) = basilar.score_many([(prepared, DEGRADED)])
    assert scored.mos_lqo == basilar.score(REFERENCE, DEGRADED).mos_lqo


def test_pairs_are_taken_from_a_generator_only_as_they_are_needed():
    taken = []

    def endless():
        while True:
            taken.append(None)
            yield PAIRS[0]

    scores = basilar.score_many(endless(), jobs=2)
    next(scores)
    assert len(taken) < 10
    scores.close()


def test_a_bar_is_shown_where_it_is_asked_for(capsys):
    pytest.importorskip("tqdm")
    assert len(list(basilar.score_many(PAIRS[:2], progress=True))) == 2
    assert "2/2" in capsys.readouterr().err


def test_other_threads_run_while_a_pair_is_scored():
    ticks = []
    done = threading.Event()

    def tick():
        while not done.wait(0.001):
            ticks.append(time.monotonic())

    thread = threading.Thread(target=tick)
    thread.start()
    start = time.monotonic()
    long = basilar.Scorer("fb").prepare(REFERENCE)
    for _ in range(5):
        long.score(DEGRADED)
    end = time.monotonic()
    done.set()
    thread.join()
    during = [tick for tick in ticks if start < tick < end]
    assert len(during) > 5, "the GIL was held"
