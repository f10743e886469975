"""Ten kinds of garments, as a shop photographs them: grey on black, 28x28."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from latent_atlas.drawing.canvas import Canvas, Field, Mask, Points, clouds, curve, limb, mirrored

SIZE = 28
_SUPERSAMPLING = 5

Generator = np.random.Generator


def draw(kind: str, rng: Generator) -> NDArray[np.uint8]:
    """One garment, (1, 28, 28, 1)."""
    canvas = Canvas(SIZE, _SUPERSAMPLING)
    KINDS[kind](canvas, rng)
    return canvas.finish()[None, ..., :1]


def _tone(rng: Generator) -> float:
    return rng.uniform(90, 235)


def _fabric(canvas: Canvas, rng: Generator, mask: Mask, tone: float, patterned: float, printed: bool = False) -> None:
    """Fills a shape with cloth: rounded light, soft folds, and with some probability a pattern or a print."""
    cloth = np.full_like(canvas.x, tone)
    if rng.random() < patterned:
        patterns = [*_PATTERNS, _print] if printed else _PATTERNS
        patterns[rng.integers(len(patterns))](canvas, rng, cloth)
    light = 1.08 - 0.9 * (canvas.x - 0.5) ** 2 + 0.1 * (0.5 - canvas.y)
    folds = 0.82 + 0.36 * clouds(canvas, rng, 6)
    canvas.paint(mask, np.clip(cloth * light * folds, 12, 255))


def _contrast(rng: Generator, cloth: Field) -> float:
    tone = float(cloth.flat[0])
    return tone * rng.uniform(0.3, 0.65) if tone > 130 else min(250.0, tone * rng.uniform(1.6, 2.4))


def _across(canvas: Canvas, rng: Generator, cloth: Field) -> None:
    wave = np.sin(2 * np.pi * (canvas.y * rng.uniform(4, 8) + rng.uniform(0, 1)))
    cloth[wave > rng.uniform(-0.2, 0.6)] = _contrast(rng, cloth)


def _along(canvas: Canvas, rng: Generator, cloth: Field) -> None:
    wave = np.sin(2 * np.pi * (canvas.x * rng.uniform(5, 9) + rng.uniform(0, 1)))
    cloth[wave > rng.uniform(0.2, 0.7)] = _contrast(rng, cloth)


def _checks(canvas: Canvas, rng: Generator, cloth: Field) -> None:
    count, other = rng.uniform(4, 7), _contrast(rng, cloth)
    tone = float(cloth.flat[0])
    lines = (np.sin(2 * np.pi * canvas.x * count) > 0.3).astype(np.float32)
    lines += np.sin(2 * np.pi * canvas.y * count) > 0.3
    cloth += lines / 2 * (other - tone)


def _dots(canvas: Canvas, rng: Generator, cloth: Field) -> None:
    count = rng.uniform(5, 8)
    row = np.floor(canvas.y * count)
    u, v = (canvas.x * count + 0.5 * (row % 2)) % 1 - 0.5, canvas.y * count % 1 - 0.5
    cloth[u**2 + v**2 < rng.uniform(0.05, 0.12)] = _contrast(rng, cloth)


def _print(canvas: Canvas, rng: Generator, cloth: Field) -> None:
    centre = (0.5, rng.uniform(0.38, 0.52))
    other = _contrast(rng, cloth)
    radius = rng.uniform(0.07, 0.13)
    cloth += (other - float(cloth.flat[0])) * canvas.disc(centre, radius, radius * rng.uniform(0.6, 1.2)).field()


def _two_tone(canvas: Canvas, rng: Generator, cloth: Field) -> None:
    cloth[canvas.y > rng.uniform(0.4, 0.7)] = _contrast(rng, cloth)


_PATTERNS: list[Callable[[Canvas, Generator, Field], None]] = [_across, _along, _checks, _dots, _two_tone]


class _Top:
    """What everything worn above the waist has in common: shoulders, sleeves, body."""

    def __init__(self, rng: Generator, bottom: float, body: float, shoulder: float, neck: float) -> None:
        self.top = rng.uniform(0.07, 0.12)
        self.bottom = bottom
        self.body = body
        self.shoulder = shoulder
        self.neck = neck
        self.drop = rng.uniform(0.03, 0.07)
        self.waist = body * rng.uniform(0.86, 1.02)

    def outline(self) -> Points:
        """Neck, shoulder, armpit, waist and hem."""
        return mirrored(
            [
                (0.5 + self.neck, self.top),
                (0.5 + self.shoulder, self.top + self.drop),
                (0.5 + self.body, self.top + 0.26),
                (0.5 + self.waist, (self.top + self.bottom) / 2 + 0.1),
                (0.5 + self.body * 1.03, self.bottom),
            ]
        )

    def sleeves(self, length: float, spread: float, width: float, cuff: float) -> list[Points]:
        """Both sleeves, as outlines: ``spread`` is how far they stand off."""
        start = np.array([0.5 + self.shoulder - 0.035, self.top + self.drop + 0.055])
        end = start + length * np.array([np.sin(spread), np.cos(spread)])
        middle = (start + end) / 2 + 0.02 * np.array([np.cos(spread), -np.sin(spread)])
        right = limb([start, middle, end], [width, (width + cuff) / 2, cuff])
        return [right, right * [-1, 1] + [1, 0]]

    def neckline(self, canvas: Canvas, depth: float, pointed: bool) -> Mask:
        """What is cut out at the neck."""
        if pointed:
            return canvas.mask(
                [(0.5 - self.neck, self.top - 0.02), (0.5 + self.neck, self.top - 0.02), (0.5, self.top + depth)]
            )
        return canvas.disc((0.5, self.top - 0.01), self.neck * 0.95, depth)


def _tshirt(canvas: Canvas, rng: Generator) -> None:
    top = _Top(rng, rng.uniform(0.84, 0.93), rng.uniform(0.2, 0.27), rng.uniform(0.25, 0.31), rng.uniform(0.08, 0.12))
    sleeves = top.sleeves(rng.uniform(0.17, 0.27), rng.uniform(0.75, 1.05), 0.17, rng.uniform(0.14, 0.17))
    _fabric(canvas, rng, canvas.mask(top.outline(), *sleeves), _tone(rng), 0.6, printed=True)
    depth, pointed = rng.uniform(0.05, 0.1), rng.random() < 0.25
    canvas.shade(top.neckline(canvas, depth + 0.025, pointed), 0.6)
    canvas.paint(top.neckline(canvas, depth, pointed), 0)
    _hem(canvas, [(0.5 - top.body, top.bottom - 0.03), (0.5 + top.body, top.bottom - 0.03)])


def _hem(canvas: Canvas, line: list[tuple[float, float]]) -> None:
    canvas.shade(canvas.stroke(line, 0.012), 0.78)


def _trouser(canvas: Canvas, rng: Generator) -> None:
    top, bottom = rng.uniform(0.04, 0.09), rng.uniform(0.91, 0.96)
    waist, hip = rng.uniform(0.11, 0.15), rng.uniform(0.15, 0.19)
    apart, cuff = rng.uniform(0.015, 0.06), rng.uniform(0.07, 0.13)
    if rng.random() < 0.2:  # shorts
        bottom, cuff = rng.uniform(0.5, 0.62), rng.uniform(0.12, 0.15)
    crotch = top + rng.uniform(0.24, 0.3)
    leg = [
        (0.5, top),
        (0.5 + waist, top),
        (0.5 + hip, top + 0.2),
        (0.5 + apart + cuff + 0.03, bottom),
        (0.5 + apart, bottom),
        (0.5, crotch),
    ]
    right = np.array(leg)
    mask = canvas.mask(right, right * [-1, 1] + [1, 0])
    _fabric(canvas, rng, mask, _tone(rng), 0.25)
    canvas.shade(
        canvas.mask([(0.5 - waist, top), (0.5 + waist, top), (0.5 + waist, top + 0.04), (0.5 - waist, top + 0.04)]),
        0.72,
    )
    canvas.shade(canvas.strokes([[(0.5, top), (0.5, crotch)]], 0.012), 0.6)
    crease = [[(0.5 + s * waist * 0.75, top + 0.12), (0.5 + s * (apart + cuff * 0.6), bottom - 0.03)] for s in (-1, 1)]
    canvas.shade(canvas.strokes(crease, 0.012), 0.85)


def _long_sleeves(rng: Generator, top: _Top, cuff: float = 0.09) -> list[Points]:
    return top.sleeves(top.bottom - top.top - rng.uniform(0.12, 0.24), rng.uniform(0.14, 0.3), 0.15, cuff)


def _parted(canvas: Canvas, top: _Top, sleeves: list[Points]) -> None:
    """A shadow between arm and body."""
    canvas.shade(
        canvas.strokes(
            [[(0.5 + s * (top.body + 0.005), top.top + 0.24), (0.5 + s * top.body, top.bottom)] for s in (-1, 1)], 0.016
        ),
        0.5,
    )


def _pullover(canvas: Canvas, rng: Generator) -> None:
    top = _Top(rng, rng.uniform(0.84, 0.92), rng.uniform(0.21, 0.26), rng.uniform(0.25, 0.3), rng.uniform(0.08, 0.11))
    sleeves = _long_sleeves(rng, top)
    _fabric(canvas, rng, canvas.mask(top.outline(), *sleeves), _tone(rng), 0.5, printed=True)
    _parted(canvas, top, sleeves)
    if rng.random() < 0.4:  # cables
        canvas.shade(canvas.mask(top.outline()), 0.93 + 0.07 * np.sign(np.sin(2 * np.pi * canvas.x * 11)))
    ribs = canvas.mask(
        [
            (0.5 - top.body, top.bottom - 0.07),
            (0.5 + top.body, top.bottom - 0.07),
            (0.5 + top.body, top.bottom),
            (0.5 - top.body, top.bottom),
        ]
    )
    canvas.shade(ribs, 0.8 + 0.2 * np.sin(2 * np.pi * canvas.x * 16))
    if rng.random() < 0.35:  # polo neck
        collar = canvas.mask(
            [
                (0.5 - top.neck, 0.03),
                (0.5 + top.neck, 0.03),
                (0.5 + top.neck, top.top + 0.03),
                (0.5 - top.neck, top.top + 0.03),
            ]
        )
        canvas.paint(collar, rng.uniform(90, 200))
    else:
        depth = rng.uniform(0.04, 0.08)
        canvas.shade(top.neckline(canvas, depth + 0.04, False), 0.65)
        canvas.paint(top.neckline(canvas, depth, False), 0)


def _dress(canvas: Canvas, rng: Generator) -> None:
    top, bottom = rng.uniform(0.04, 0.07), rng.uniform(0.9, 0.97)
    shoulder, waist, hem = (rng.uniform(0.1, 0.16), rng.uniform(0.085, 0.12), rng.uniform(0.15, 0.3))
    high = rng.uniform(0.32, 0.42)
    half = [
        (0.5 + shoulder - 0.05, top),
        (0.5 + shoulder, top + 0.02),
        (0.5 + shoulder, top + 0.16),
        (0.5 + waist, high),
    ]
    outline = mirrored(
        [
            *half,
            *curve(
                [(0.5 + waist, high), (0.5 + (waist + hem) / 2 + 0.01, (high + bottom) / 2), (0.5 + hem, bottom)],
                closed=False,
            ),
        ]
    )
    shapes = [outline]
    if rng.random() < 0.35:
        sleeve = limb(
            [(0.5 + shoulder - 0.02, top + 0.05), (0.5 + shoulder + 0.09, top + rng.uniform(0.15, 0.42))], [0.1, 0.07]
        )
        shapes += [sleeve, sleeve * [-1, 1] + [1, 0]]
    _fabric(canvas, rng, canvas.mask(*shapes), _tone(rng), 0.5)
    canvas.paint(canvas.disc((0.5, top - 0.01), shoulder - 0.05, rng.uniform(0.06, 0.13)), 0)
    if rng.random() < 0.6:
        canvas.shade(canvas.stroke([(0.5 - waist, high), (0.5 + waist, high)], 0.035), rng.uniform(0.4, 0.7))
    folds = [[(0.5 + s * waist, high + 0.06), (0.5 + s * hem * 0.9, bottom)] for s in (-0.6, 0.0, 0.6)]
    canvas.shade(canvas.strokes(folds, 0.014), 0.8)


def _coat(canvas: Canvas, rng: Generator) -> None:
    top = _Top(rng, rng.uniform(0.93, 0.97), rng.uniform(0.22, 0.28), rng.uniform(0.25, 0.3), 0.1)
    tone = rng.uniform(60, 190)
    _fabric(canvas, rng, canvas.mask(top.outline(), *_long_sleeves(rng, top, 0.1)), tone, 0.2)
    _parted(canvas, top, [])
    opening = top.top + rng.uniform(0.2, 0.36)
    shift = rng.uniform(-0.03, 0.05)
    lining = canvas.mask([(0.5 - 0.08, top.top - 0.01), (0.5 + 0.08, top.top - 0.01), (0.5 + shift, opening)])
    canvas.paint(lining, rng.uniform(10, 60))
    for side in (-1, 1):  # lapels
        edge = np.array(
            [
                (0.5 + side * 0.08, top.top - 0.02),
                (0.5 + side * 0.15, top.top + 0.06),
                (0.5 + side * 0.1, top.top + 0.12),
                (0.5 + shift, opening),
            ]
        )
        canvas.paint(canvas.mask(edge), min(255.0, tone * rng.uniform(1.2, 1.45)))
    canvas.shade(canvas.stroke([(0.5 + shift, opening), (0.5 + shift, top.bottom)], 0.022), 0.35)
    if rng.random() < 0.75:
        double = rng.random() < 0.4
        for place in np.linspace(opening + 0.05, top.bottom - 0.16, int(rng.integers(3, 5))):
            for side in (-1, 1) if double else (1,):
                canvas.paint(canvas.disc((0.5 + shift + side * 0.055, float(place)), 0.018), 245 if tone < 140 else 25)
    if rng.random() < 0.4:
        canvas.shade(canvas.stroke([(0.5 - top.waist, 0.55), (0.5 + top.waist, 0.55)], 0.05), 0.55)
    pockets = [[(0.5 + s * 0.1, 0.7), (0.5 + s * 0.18, 0.68)] for s in (-1, 1)]
    canvas.shade(canvas.strokes(pockets, 0.022), 0.5)


def _shoe(points: list[tuple[float, float]]) -> Points:
    return curve(points)


def _sandal(canvas: Canvas, rng: Generator) -> None:
    ground, tone = rng.uniform(0.78, 0.86), rng.uniform(120, 250)
    thick = rng.uniform(0.05, 0.09)
    heel = rng.uniform(0.08, 0.3) if rng.random() < 0.55 else 0.0
    back, front = ground - thick - heel, ground - thick
    top = curve(
        [(0.06, back), (0.25, back + 0.01), (0.55, back + 0.6 * heel), (0.78, front), (0.95, front)], closed=False
    )
    bottom = np.add(top, (0, thick * 0.8))
    sole = rng.uniform(0.45, 0.8) * tone
    canvas.paint(canvas.mask(np.concatenate([top, bottom[::-1]])), sole)
    if heel and rng.random() < 0.4:  # a wedge
        canvas.paint(canvas.mask([(0.06, back), *top[: len(top) * 3 // 4], (0.8, ground), (0.1, ground)]), sole)
    elif heel:
        wide = rng.uniform(0.05, 0.13)
        canvas.paint(canvas.mask([(0.06, back), (0.1 + wide, back), (0.09 + wide * 0.8, ground), (0.08, ground)]), sole)
    for place in np.linspace(0.66, 0.84, int(rng.integers(1, 4))):  # bands over the toes
        base = float(np.interp(place, top[:, 0], top[:, 1])) + 0.02
        rise, half = rng.uniform(0.14, 0.2), rng.uniform(0.05, 0.08)
        band = curve(
            [(place - half - 0.05, base), (place - half, base - rise), (place + half * 0.4, base - rise)], closed=False
        )
        canvas.paint(canvas.mask(np.concatenate([band, [(place + half, base)]])), tone)
    if rng.random() < 0.85:  # round the ankle, and up the heel
        high = back - rng.uniform(0.2, 0.3)
        canvas.paint(canvas.stroke([(0.1, back), (0.12, high)], 0.06), tone)
        ring = curve([(0.12, high), (0.24, high - 0.05), (0.38, high + 0.01), (0.26, high + 0.06)])
        canvas.paint(canvas.stroke(np.concatenate([ring, ring[:1]]), 0.05), tone)
        if rng.random() < 0.6:
            toes = (0.64, float(np.interp(0.64, top[:, 0], top[:, 1])) - 0.08)
            canvas.paint(canvas.stroke([(0.37, high + 0.02), toes], 0.05), tone)


def _shirt(canvas: Canvas, rng: Generator) -> None:
    top = _Top(rng, rng.uniform(0.86, 0.94), rng.uniform(0.2, 0.26), rng.uniform(0.24, 0.3), 0.09)
    long = rng.random() < 0.65
    sleeves = (
        _long_sleeves(rng, top) if long else top.sleeves(rng.uniform(0.18, 0.28), rng.uniform(0.7, 1.0), 0.16, 0.14)
    )
    tone = _tone(rng)
    _fabric(canvas, rng, canvas.mask(top.outline(), *sleeves), tone, 0.65)
    if long:
        _parted(canvas, top, sleeves)
    canvas.paint(canvas.mask([(0.5 - 0.055, top.top - 0.02), (0.5 + 0.055, top.top - 0.02), (0.5, top.top + 0.1)]), 5)
    for side in (-1, 1):
        wing = [
            (0.5 + side * 0.045, top.top - 0.03),
            (0.5 + side * 0.12, top.top + 0.01),
            (0.5 + side * 0.1, top.top + 0.1),
            (0.5, top.top + 0.08),
        ]
        canvas.paint(canvas.mask(wing), min(255.0, tone * 1.2 + 25))
        canvas.shade(canvas.stroke([wing[2], wing[3]], 0.012), 0.5)
    canvas.shade(canvas.stroke([(0.5, top.top + 0.09), (0.5, top.bottom)], 0.04), 1.12)
    canvas.shade(canvas.stroke([(0.522, top.top + 0.09), (0.522, top.bottom)], 0.01), 0.55)
    for place in np.linspace(top.top + 0.16, top.bottom - 0.08, 5):
        canvas.paint(canvas.disc((0.5, float(place)), 0.013), 20 if tone > 120 else 240)
    if rng.random() < 0.5:
        pocket = np.array([(0.58, 0.32), (0.67, 0.32), (0.67, 0.42), (0.58, 0.42), (0.58, 0.32)])
        canvas.shade(canvas.stroke(pocket, 0.01), 0.65)


def _sneaker(canvas: Canvas, rng: Generator) -> None:
    ground, high = rng.uniform(0.74, 0.8), rng.uniform(0.22, 0.32)
    tone = _tone(rng)
    sole = rng.uniform(0.07, 0.11)
    upper = curve([
        (0.06, ground - sole), (0.06, high + 0.08), (0.1, high), (0.2, high + 0.05), (0.32, high + 0.01),
        (0.42, high + 0.06), (0.6, high + 0.2), (0.8, high + 0.28), (0.93, ground - sole - 0.05),
        (0.94, ground - sole),
    ])  # fmt: skip
    body = canvas.mask(upper)
    canvas.paint(body, tone)
    canvas.shade(body, 0.85 + 0.3 * clouds(canvas, rng, 4))
    toe = canvas.disc((0.93, ground - sole), 0.17) & body
    canvas.shade(toe, rng.uniform(0.6, 1.25))
    canvas.shade(canvas.disc((0.05, ground - sole), 0.15, 0.2) & body, rng.uniform(0.6, 1.2))
    stripe = 250.0 if tone < 150 else 40.0
    if rng.random() < 0.7:
        lean = rng.uniform(-0.1, 0.1)
        lines = [
            [(0.36 + s + lean, high + 0.13), (0.28 + s, ground - sole - 0.03)]
            for s in np.arange(int(rng.integers(1, 4))) * 0.09
        ]
        canvas.paint(canvas.strokes(lines, 0.035) & body, stripe)
    laces = [[(0.4 + 0.065 * k, high + 0.03 + 0.06 * k), (0.46 + 0.065 * k, high + 0.11 + 0.06 * k)] for k in range(4)]
    canvas.paint(canvas.strokes(laces, 0.025), 250 if tone < 170 else 60)
    bottom = canvas.mask(
        [
            (0.045, ground - sole),
            (0.955, ground - sole),
            (0.965, ground - 0.03),
            (0.93, ground),
            (0.07, ground),
            (0.04, ground - 0.03),
        ]
    )
    canvas.paint(bottom, rng.uniform(190, 255) if rng.random() < 0.8 else rng.uniform(40, 90))
    canvas.shade(canvas.stroke([(0.05, ground - sole * 0.45), (0.95, ground - sole * 0.45)], 0.012), 0.7)


def _bag(canvas: Canvas, rng: Generator) -> None:
    top, bottom = rng.uniform(0.34, 0.48), rng.uniform(0.84, 0.94)
    upper, lower = rng.uniform(0.26, 0.42), rng.uniform(0.32, 0.44)
    tone = _tone(rng)
    reach = rng.uniform(0.5, 0.85) * upper
    rise = rng.uniform(0.05, 0.14)
    handle = curve(
        [
            (0.5 - reach, top + 0.04),
            (0.5 - reach * 0.7, rise + 0.05),
            (0.5, rise),
            (0.5 + reach * 0.7, rise + 0.05),
            (0.5 + reach, top + 0.04),
        ],
        closed=False,
    )
    canvas.paint(canvas.stroke(handle, rng.uniform(0.03, 0.06)), tone * 0.8)
    corner = rng.uniform(0.02, 0.09)
    half = [
        (0.5 + upper - corner, top),
        (0.5 + upper, top + corner),
        (0.5 + lower, bottom - corner),
        (0.5 + lower - corner, bottom),
    ]
    mask = canvas.mask(mirrored(half))
    _fabric(canvas, rng, mask, tone, 0.35)
    if rng.random() < 0.5:  # a flap
        flap = canvas.mask(
            mirrored([(0.5 + upper, top), (0.5 + upper, top + 0.14), (0.5 + 0.12, top + rng.uniform(0.2, 0.3))])
        )
        canvas.shade(flap & mask, 0.75)
        canvas.paint(canvas.disc((0.5, top + 0.22), 0.028), 250)
    else:
        canvas.shade(canvas.stroke([(0.5 - upper, top + 0.06), (0.5 + upper, top + 0.06)], 0.02), 0.5)
        if rng.random() < 0.5:
            canvas.shade(
                canvas.stroke(
                    [
                        (0.5 - lower * 0.6, top + 0.3),
                        (0.5 + lower * 0.6, top + 0.3),
                        (0.5 + lower * 0.6, bottom - 0.08),
                        (0.5 - lower * 0.6, bottom - 0.08),
                        (0.5 - lower * 0.6, top + 0.3),
                    ],
                    0.016,
                ),
                0.6,
            )


def _boot(canvas: Canvas, rng: Generator) -> None:
    ground, top = rng.uniform(0.88, 0.93), rng.uniform(0.06, 0.22)
    heel = rng.uniform(0.03, 0.17)
    shaft = rng.uniform(0.4, 0.5)
    tone = rng.uniform(50, 210)
    sole = 0.05
    outline = np.concatenate([
        [(0.12, top + 0.02), (shaft, top)],
        curve(
            [
                (shaft, top), (shaft + 0.03, 0.4), (shaft + 0.1, 0.55), (0.72, 0.64), (0.9, 0.74),
                (0.94, ground - sole),
            ],
            closed=False,
        ),
        [(0.62, ground - sole), (0.4, ground - sole - heel * 0.6), (0.1, ground - sole - heel)],
        curve([(0.1, ground - sole - heel), (0.08, 0.6), (0.12, 0.4), (0.12, top + 0.02)], closed=False),
    ])  # fmt: skip
    body = canvas.mask(outline)
    canvas.paint(body, tone)
    canvas.shade(body, 0.75 + 0.5 * clouds(canvas, rng, 5))
    dark = tone * 0.45
    canvas.paint(
        canvas.mask(
            [
                (0.1, ground - sole - heel),
                (0.4, ground - sole - heel * 0.6),
                (0.62, ground - sole),
                (0.95, ground - sole),
                (0.95, ground),
                (0.6, ground),
                (0.36, ground - heel * 0.5),
                (0.33, ground),
                (0.1, ground),
            ]
        ),
        dark,
    )
    style = rng.integers(3)
    if style == 0:  # laces
        lines = [
            [(shaft - 0.07 + 0.018 * k, top + 0.1 + 0.09 * k), (shaft + 0.05 + 0.018 * k, top + 0.07 + 0.09 * k)]
            for k in range(5)
        ]
        canvas.paint(canvas.strokes(lines, 0.02) & body, 245 if tone < 140 else 30)
    elif style == 1:  # elastic at the side
        canvas.shade(canvas.mask([(0.23, top + 0.04), (0.36, top + 0.04), (0.32, 0.5), (0.26, 0.5)]), 0.45)
    else:  # buckle
        canvas.shade(canvas.stroke([(0.1, 0.5), (shaft + 0.1, 0.53)], 0.05) & body, 0.5)
        canvas.paint(canvas.disc((0.4, 0.52), 0.035), 250)


KINDS: dict[str, Callable[[Canvas, Generator], None]] = {
    "T-shirt": _tshirt,
    "Trouser": _trouser,
    "Pullover": _pullover,
    "Dress": _dress,
    "Coat": _coat,
    "Sandal": _sandal,
    "Shirt": _shirt,
    "Sneaker": _sneaker,
    "Bag": _bag,
    "Ankle boot": _boot,
}
