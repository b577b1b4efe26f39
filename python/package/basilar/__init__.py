"""Scores how a degraded recording sounds against its reference, on the MOS-LQO scale of 1 to 5.

>>> import basilar
>>> score = basilar.score("reference.wav", "degraded.wav")
>>> score.mos_lqo, score.quality
(4.122, 'Good')

``score`` one pair, ``score_many`` pairs on all cores, ``Scorer`` with a reference prepared once, ``score_arrow`` tables,
``basilar.spark`` and ``basilar.ray`` clusters, ``calls`` of captures;
``pesq`` and ``pesq_batch`` as in the package pesq 0.0.4.
"""

from ._arrow import score_arrow
from ._basilar import PreparedReference, Scorer
from ._calls import Call, Sound, Stream, calls
from ._errors import ArgumentError, Error, FileError, NotFoundError, SignalError
from ._pesq import (
    BufferTooShortError,
    InvalidSampleRateError,
    NoUtterancesError,
    OutOfMemoryError,
    PesqError,
    pesq,
    pesq_batch,
)
from ._score import (
    Alignment,
    Connection,
    Diagnosis,
    Finding,
    Impairments,
    Intervals,
    Levels,
    Score,
    Timeline,
    Utterance,
)
from ._scoring import score, score_many

__all__ = [
    "Alignment",
    "ArgumentError",
    "BufferTooShortError",
    "Call",
    "Connection",
    "Diagnosis",
    "Error",
    "FileError",
    "Finding",
    "Impairments",
    "Intervals",
    "InvalidSampleRateError",
    "Levels",
    "NoUtterancesError",
    "NotFoundError",
    "OutOfMemoryError",
    "PesqError",
    "PreparedReference",
    "Score",
    "Scorer",
    "SignalError",
    "Sound",
    "Stream",
    "Timeline",
    "Utterance",
    "calls",
    "pesq",
    "pesq_batch",
    "score",
    "score_arrow",
    "score_many",
]
