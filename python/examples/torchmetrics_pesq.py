"""The PESQ metric of torchmetrics, computed by basilar: one line before its import.

Needs ``pip install basilar torch torchmetrics``, and not the package pesq.
"""

import sys

import basilar

sys.modules["pesq"] = basilar

import torch  # noqa: E402
from torchmetrics.audio import PerceptualEvaluationSpeechQuality  # noqa: E402

metric = PerceptualEvaluationSpeechQuality(fs=16000, mode="wb")
speech = torch.sin(torch.arange(32000) / 8) * (torch.arange(32000) % 8000 > 2000)
metric.update(speech + 0.01 * torch.randn(4, 32000), speech.expand(4, -1))
print(f"mean MOS-LQO {float(metric.compute()):.2f}")
