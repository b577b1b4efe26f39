"""A score as a small picture for notebooks: the number, and the quality over time."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ._score import milliseconds

if TYPE_CHECKING:
    from ._score import Score

WIDTH, HEIGHT = 520, 120
LEFT, RIGHT, TOP, BOTTOM = 24, 8, 6, 18
COLOURS = {"Excellent": "#1a9850", "Good": "#66a61e", "Fair": "#c99700", "Poor": "#e6761a", "Bad": "#d73027"}


def html_of(score: Score) -> str:
    """HTML with a drawing in it, for light and dark pages."""
    warnings = "".join(f"<div>⚠ {escape(warning)}</div>" for warning in score.warnings)
    return (
        f'<div style="font-family:sans-serif;max-width:{WIDTH}px">'
        f'<span style="font-size:1.6em;font-weight:bold;color:{COLOURS[score.quality]}">{score.mos_lqo:.2f}</span> '
        f"MOS-LQO, service band {score.quality} "
        f'<span style="opacity:.65">{escape(score.model)} {escape(score.model_version)}, '
        f"delay {milliseconds(score.alignment.delay_s)} ms</span>"
        f'{drawing(score)}<div style="font-size:.85em">{warnings}</div></div>'
    )


def drawing(score: Score) -> str:
    """The score of each interval as a line, with the reference's silence shaded."""
    timeline = score.timeline
    intervals = timeline.intervals
    hop = timeline.frame_hop_s
    end_s = max((len(timeline.silent) + 1) * hop, hop)

    def x(seconds: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * seconds / end_s

    def y(mos_lqo: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (5.0 - min(max(mos_lqo, 1.0), 5.0)) / 4.0

    silence = "".join(
        f'<rect x="{x(start * hop):.1f}" y="{TOP}" width="{x(stop * hop) - x(start * hop):.1f}" '
        f'height="{HEIGHT - TOP - BOTTOM}" fill="currentColor" opacity=".08"/>'
        for start, stop in _runs(timeline.silent.tolist())
    )
    grid = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(mos):.1f}" y2="{y(mos):.1f}" stroke="currentColor" opacity=".2"/>'
        f'<text x="{LEFT - 6}" y="{y(mos) + 4:.1f}" text-anchor="end">{mos}</text>'
        for mos in range(1, 6)
    )
    seconds = "".join(
        f'<text x="{x(second):.1f}" y="{HEIGHT - 4}" text-anchor="middle">{second:g} s</text>'
        for second in _ticks(end_s)
    )
    middles = zip(((intervals.start_s + intervals.end_s) / 2).tolist(), intervals.mos_lqo.tolist())
    line = " ".join(f"{x(second):.1f},{y(mos):.1f}" for second, mos in middles)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="100%" font-size="11" fill="currentColor" role="img" '
        f'aria-label="MOS-LQO over time">{silence}{grid}{seconds}'
        f'<polyline points="{line}" fill="none" stroke="{COLOURS[score.quality]}" stroke-width="1.5"/></svg>'
    )


def _runs(flags: list[bool]) -> list[tuple[int, int]]:
    """Where stretches of true start and stop."""
    edges = [index for index in range(len(flags) + 1) if _at(flags, index) != _at(flags, index - 1)]
    return list(zip(edges[::2], edges[1::2]))


def _at(flags: list[bool], index: int) -> bool:
    return 0 <= index < len(flags) and flags[index]


def _ticks(end_s: float) -> list[float]:
    """About six round times."""
    steps = [step * decade for decade in (0.1, 1, 10, 100, 1000) for step in (1, 2, 5)]
    step = next((step for step in steps if end_s / step <= 7), end_s)
    return [step * count for count in range(1, int(end_s / step) + 1)]
