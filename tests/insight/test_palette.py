"""The colours of the charts: seen on both backgrounds, and told apart by eyes that miss one kind of cone."""

from itertools import combinations

import numpy as np
import pytest

from ftcore.insight import palette
from ftcore.insight.palette import Theme

# Machado, Oliveira and Fernandes (2009), severity 1: what a deficient eye sees, in linear RGB.
EYES = {
    "all cones": np.eye(3),
    "no red cones": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green cones": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue cones": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# Oklab (Ottosson 2020), in which equal distances look equal; 0.02 is just noticeable.
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    light = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) + 0.05 for colour in (one, other))
    return light[1] / light[0]


def distance(one: str, other: str, eye: str) -> float:
    seen = [np.clip(np.array(EYES[eye]) @ linear(colour), 0, 1) for colour in (one, other)]
    return float(np.linalg.norm(np.subtract(*(TO_LAB @ np.cbrt(TO_CONES @ colour) for colour in seen))))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", palette.STATES)
def test_a_colour_stands_out_from_its_background(state: str, theme: Theme) -> None:
    assert contrast(palette.shade(palette.STATES[state], theme), palette.shade(palette.PAPER, theme)) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colour", [palette.INK, palette.QUIET, palette.REFERENCE], ids=["ink", "quiet", "reference"])
def test_words_can_be_read(colour: palette.Colour, theme: Theme) -> None:
    assert contrast(palette.shade(colour, theme), palette.shade(palette.PAPER, theme)) >= 4.5


# What one chart draws side by side.
TOGETHER = [
    pytest.param(["considered", "sent", "delivered", "replied", "interested", "introduced"], id="the funnel"),
    pytest.param(["delivered", "replied", "interested", "opted_out"], id="replies over time"),
    pytest.param(["waiting", "delivered", "failed", "unknown"], id="what became of an SMS"),
]


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("states", TOGETHER)
def test_neighbours_are_told_apart_by_every_eye(states: list[str], theme: Theme, eye: str) -> None:
    for one, other in combinations(states, 2):
        colours = [palette.shade(palette.STATES[state], theme) for state in (one, other)]
        assert distance(*colours, eye) > 0.05, (one, other)


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_two_groups_are_told_apart_by_every_eye(theme: Theme, eye: str) -> None:
    assert distance(*(palette.shade(colour, theme) for colour in palette.GROUPS), eye) > 0.05
