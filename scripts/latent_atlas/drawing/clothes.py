"""Ten kinds of garments, as a shop photographs them: grey on black, 28x28."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latent_atlas.drawing.canvas import Canvas, Field, Mask, Points, box, closed, clouds, curve, limb, mirrored

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


def _middle(*points: tuple[float, float]) -> Points:
    """Points given by how far they are to the right of the middle."""
    return np.add(points, (0.5, 0))


def _block(half: float, top: float, bottom: float) -> Points:
    """A rectangle around the middle."""
    return box(0.5 - half, top, 0.5 + half, bottom)


def _line(canvas: Canvas, half: float, y: float, width: float) -> Mask:
    """A level line across the middle."""
    return canvas.stroke(_middle((-half, y), (half, y)), width)


def _both(right: Points) -> list[Points]:
    """An outline and its mirror image."""
    return [right, right * [-1, 1] + [1, 0]]


def _lines(canvas: Canvas, points: ArrayLike, width: float, sides: Sequence[float] = (-1, 1)) -> Mask:
    """A line on each side, its points given by how far they are from the middle."""
    return canvas.strokes([np.array(points) * [side, 1] + [0.5, 0] for side in sides], width)


class _Top:
    """What everything worn above the waist has in common: shoulders, sleeves, body."""

    def __init__(self, rng: Generator, bottom: float, body: float, shoulder: float, neck: float) -> None:
        self.top = rng.uniform(0.07, 0.12)
        self.bottom, self.body, self.shoulder, self.neck = bottom, body, shoulder, neck
        self.drop = rng.uniform(0.03, 0.07)
        self.waist = body * rng.uniform(0.86, 1.02)

    def outline(self) -> Points:
        """Neck, shoulder, armpit, waist and hem."""
        return mirrored(_middle(
            (self.neck, self.top), (self.shoulder, self.top + self.drop), (self.body, self.top + 0.26),
            (self.waist, (self.top + self.bottom) / 2 + 0.1), (self.body * 1.03, self.bottom),
        ))  # fmt: skip

    def sleeves(self, length: float, spread: float, width: float, cuff: float) -> list[Points]:
        """Both sleeves, as outlines: ``spread`` is how far they stand off."""
        start = np.array([0.5 + self.shoulder - 0.035, self.top + self.drop + 0.055])
        end = start + length * np.array([np.sin(spread), np.cos(spread)])
        middle = (start + end) / 2 + 0.02 * np.array([np.cos(spread), -np.sin(spread)])
        return _both(limb([start, middle, end], [width, (width + cuff) / 2, cuff]))

    def long_sleeves(self, rng: Generator, cuff: float = 0.09) -> list[Points]:
        """Both sleeves down to the wrists."""
        return self.sleeves(self.bottom - self.top - rng.uniform(0.12, 0.24), rng.uniform(0.14, 0.3), 0.15, cuff)

    def neckline(self, canvas: Canvas, depth: float, pointed: bool) -> Mask:
        """What is cut out at the neck."""
        if pointed:
            return canvas.mask(
                _middle((-self.neck, self.top - 0.02), (self.neck, self.top - 0.02), (0, self.top + depth))
            )
        return canvas.disc((0.5, self.top - 0.01), self.neck * 0.95, depth)

    def part(self, canvas: Canvas) -> None:
        """A shadow between arm and body."""
        canvas.shade(_lines(canvas, [(self.body + 0.005, self.top + 0.24), (self.body, self.bottom)], 0.016), 0.5)


def _tshirt(canvas: Canvas, rng: Generator) -> None:
    top = _Top(rng, rng.uniform(0.84, 0.93), rng.uniform(0.2, 0.27), rng.uniform(0.25, 0.31), rng.uniform(0.08, 0.12))
    sleeves = top.sleeves(rng.uniform(0.17, 0.27), rng.uniform(0.75, 1.05), 0.17, rng.uniform(0.14, 0.17))
    _fabric(canvas, rng, canvas.mask(top.outline(), *sleeves), _tone(rng), 0.6, printed=True)
    depth, pointed = rng.uniform(0.05, 0.1), rng.random() < 0.25
    canvas.shade(top.neckline(canvas, depth + 0.025, pointed), 0.6)
    canvas.paint(top.neckline(canvas, depth, pointed), 0)
    canvas.shade(_line(canvas, top.body, top.bottom - 0.03, 0.012), 0.78)


def _trouser(canvas: Canvas, rng: Generator) -> None:
    top, bottom = rng.uniform(0.04, 0.09), rng.uniform(0.91, 0.96)
    waist, hip = rng.uniform(0.11, 0.15), rng.uniform(0.15, 0.19)
    apart, cuff = rng.uniform(0.015, 0.06), rng.uniform(0.07, 0.13)
    if rng.random() < 0.2:  # shorts
        bottom, cuff = rng.uniform(0.5, 0.62), rng.uniform(0.12, 0.15)
    crotch = top + rng.uniform(0.24, 0.3)
    leg = _middle((0, top), (waist, top), (hip, top + 0.2), (apart + cuff + 0.03, bottom), (apart, bottom), (0, crotch))
    _fabric(canvas, rng, canvas.mask(*_both(leg)), _tone(rng), 0.25)
    canvas.shade(canvas.mask(_block(waist, top, top + 0.04)), 0.72)
    canvas.shade(canvas.stroke([(0.5, top), (0.5, crotch)], 0.012), 0.6)
    canvas.shade(_lines(canvas, [(waist * 0.75, top + 0.12), (apart + cuff * 0.6, bottom - 0.03)], 0.012), 0.85)


def _pullover(canvas: Canvas, rng: Generator) -> None:
    top = _Top(rng, rng.uniform(0.84, 0.92), rng.uniform(0.21, 0.26), rng.uniform(0.25, 0.3), rng.uniform(0.08, 0.11))
    _fabric(canvas, rng, canvas.mask(top.outline(), *top.long_sleeves(rng)), _tone(rng), 0.5, printed=True)
    top.part(canvas)
    if rng.random() < 0.4:  # cables
        canvas.shade(canvas.mask(top.outline()), 0.93 + 0.07 * np.sign(np.sin(2 * np.pi * canvas.x * 11)))
    ribs = canvas.mask(_block(top.body, top.bottom - 0.07, top.bottom))
    canvas.shade(ribs, 0.8 + 0.2 * np.sin(2 * np.pi * canvas.x * 16))
    if rng.random() < 0.35:  # polo neck
        canvas.paint(canvas.mask(_block(top.neck, 0.03, top.top + 0.03)), rng.uniform(90, 200))
    else:
        depth = rng.uniform(0.04, 0.08)
        canvas.shade(top.neckline(canvas, depth + 0.04, False), 0.65)
        canvas.paint(top.neckline(canvas, depth, False), 0)


def _dress(canvas: Canvas, rng: Generator) -> None:
    top, bottom = rng.uniform(0.04, 0.07), rng.uniform(0.9, 0.97)
    shoulder, waist, hem = (rng.uniform(0.1, 0.16), rng.uniform(0.085, 0.12), rng.uniform(0.15, 0.3))
    high = rng.uniform(0.32, 0.42)
    bodice = _middle((shoulder - 0.05, top), (shoulder, top + 0.02), (shoulder, top + 0.16), (waist, high))
    skirt = _middle((waist, high), ((waist + hem) / 2 + 0.01, (high + bottom) / 2), (hem, bottom))
    shapes = [mirrored(np.concatenate([bodice, curve(skirt, closed=False)]))]
    if rng.random() < 0.35:
        arm = _middle((shoulder - 0.02, top + 0.05), (shoulder + 0.09, top + rng.uniform(0.15, 0.42)))
        shapes += _both(limb(arm, [0.1, 0.07]))
    _fabric(canvas, rng, canvas.mask(*shapes), _tone(rng), 0.5)
    canvas.paint(canvas.disc((0.5, top - 0.01), shoulder - 0.05, rng.uniform(0.06, 0.13)), 0)
    if rng.random() < 0.6:
        canvas.shade(_line(canvas, waist, high, 0.035), rng.uniform(0.4, 0.7))
    canvas.shade(_lines(canvas, [(waist, high + 0.06), (hem * 0.9, bottom)], 0.014, (-0.6, 0.0, 0.6)), 0.8)


def _coat(canvas: Canvas, rng: Generator) -> None:
    top = _Top(rng, rng.uniform(0.93, 0.97), rng.uniform(0.22, 0.28), rng.uniform(0.25, 0.3), 0.1)
    tone = rng.uniform(60, 190)
    _fabric(canvas, rng, canvas.mask(top.outline(), *top.long_sleeves(rng, 0.1)), tone, 0.2)
    top.part(canvas)
    opening = top.top + rng.uniform(0.2, 0.36)
    shift = rng.uniform(-0.03, 0.05)
    lining = canvas.mask(_middle((-0.08, top.top - 0.01), (0.08, top.top - 0.01), (shift, opening)))
    canvas.paint(lining, rng.uniform(10, 60))
    for side in (-1, 1):  # lapels
        edge = [(side * 0.08, top.top - 0.02), (side * 0.15, top.top + 0.06), (side * 0.1, top.top + 0.12)]
        canvas.paint(canvas.mask(_middle(*edge, (shift, opening))), min(255.0, tone * rng.uniform(1.2, 1.45)))
    canvas.shade(canvas.stroke(_middle((shift, opening), (shift, top.bottom)), 0.022), 0.35)
    if rng.random() < 0.75:
        double = rng.random() < 0.4
        for place in np.linspace(opening + 0.05, top.bottom - 0.16, int(rng.integers(3, 5))):
            for side in (-1, 1) if double else (1,):
                canvas.paint(canvas.disc((0.5 + shift + side * 0.055, float(place)), 0.018), 245 if tone < 140 else 25)
    if rng.random() < 0.4:
        canvas.shade(_line(canvas, top.waist, 0.55, 0.05), 0.55)
    canvas.shade(_lines(canvas, [(0.1, 0.7), (0.18, 0.68)], 0.022), 0.5)  # pockets


def _sandal(canvas: Canvas, rng: Generator) -> None:
    ground, tone = rng.uniform(0.78, 0.86), rng.uniform(120, 250)
    thick = rng.uniform(0.05, 0.09)
    heel = rng.uniform(0.08, 0.3) if rng.random() < 0.55 else 0.0
    back, front = ground - thick - heel, ground - thick
    footbed = [(0.06, back), (0.25, back + 0.01), (0.55, back + 0.6 * heel), (0.78, front), (0.95, front)]
    top = curve(footbed, closed=False)
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
        over = [(place - half - 0.05, base), (place - half, base - rise), (place + half * 0.4, base - rise)]
        canvas.paint(canvas.mask(np.concatenate([curve(over, closed=False), [(place + half, base)]])), tone)
    if rng.random() < 0.85:  # round the ankle, and up the heel
        high = back - rng.uniform(0.2, 0.3)
        canvas.paint(canvas.stroke([(0.1, back), (0.12, high)], 0.06), tone)
        ring = curve([(0.12, high), (0.24, high - 0.05), (0.38, high + 0.01), (0.26, high + 0.06)])
        canvas.paint(canvas.stroke(closed(ring), 0.05), tone)
        if rng.random() < 0.6:
            toes = (0.64, float(np.interp(0.64, top[:, 0], top[:, 1])) - 0.08)
            canvas.paint(canvas.stroke([(0.37, high + 0.02), toes], 0.05), tone)


def _shirt(canvas: Canvas, rng: Generator) -> None:
    top = _Top(rng, rng.uniform(0.86, 0.94), rng.uniform(0.2, 0.26), rng.uniform(0.24, 0.3), 0.09)
    if long := rng.random() < 0.65:
        sleeves = top.long_sleeves(rng)
    else:
        sleeves = top.sleeves(rng.uniform(0.18, 0.28), rng.uniform(0.7, 1.0), 0.16, 0.14)
    tone, neck = _tone(rng), top.top
    _fabric(canvas, rng, canvas.mask(top.outline(), *sleeves), tone, 0.65)
    if long:
        top.part(canvas)
    canvas.paint(canvas.mask(_middle((-0.055, neck - 0.02), (0.055, neck - 0.02), (0, neck + 0.1))), 5)
    for side in (-1, 1):
        wing = _middle(
            (side * 0.045, neck - 0.03), (side * 0.12, neck + 0.01), (side * 0.1, neck + 0.1), (0, neck + 0.08)
        )
        canvas.paint(canvas.mask(wing), min(255.0, tone * 1.2 + 25))
        canvas.shade(canvas.stroke(wing[2:], 0.012), 0.5)
    canvas.shade(canvas.stroke([(0.5, neck + 0.09), (0.5, top.bottom)], 0.04), 1.12)
    canvas.shade(canvas.stroke([(0.522, neck + 0.09), (0.522, top.bottom)], 0.01), 0.55)
    for place in np.linspace(neck + 0.16, top.bottom - 0.08, 5):
        canvas.paint(canvas.disc((0.5, float(place)), 0.013), 20 if tone > 120 else 240)
    if rng.random() < 0.5:
        canvas.shade(canvas.stroke(closed(box(0.58, 0.32, 0.67, 0.42)), 0.01), 0.65)


def _sneaker(canvas: Canvas, rng: Generator) -> None:
    ground, high = rng.uniform(0.74, 0.8), rng.uniform(0.22, 0.32)
    tone = _tone(rng)
    edge = ground - rng.uniform(0.07, 0.11)  # where the sole begins
    body = canvas.mask(curve([
        (0.06, edge), (0.06, high + 0.08), (0.1, high), (0.2, high + 0.05), (0.32, high + 0.01), (0.42, high + 0.06),
        (0.6, high + 0.2), (0.8, high + 0.28), (0.93, edge - 0.05), (0.94, edge),
    ]))  # fmt: skip
    canvas.paint(body, tone)
    canvas.shade(body, 0.85 + 0.3 * clouds(canvas, rng, 4))
    canvas.shade(canvas.disc((0.93, edge), 0.17) & body, rng.uniform(0.6, 1.25))
    canvas.shade(canvas.disc((0.05, edge), 0.15, 0.2) & body, rng.uniform(0.6, 1.2))
    stripe = 250.0 if tone < 150 else 40.0
    if rng.random() < 0.7:
        lean = rng.uniform(-0.1, 0.1)
        places = np.arange(int(rng.integers(1, 4))) * 0.09
        lines = [[(0.36 + s + lean, high + 0.13), (0.28 + s, edge - 0.03)] for s in places]
        canvas.paint(canvas.strokes(lines, 0.035) & body, stripe)
    laces = [[(0.4 + 0.065 * k, high + 0.03 + 0.06 * k), (0.46 + 0.065 * k, high + 0.11 + 0.06 * k)] for k in range(4)]
    canvas.paint(canvas.strokes(laces, 0.025), 250 if tone < 170 else 60)
    bottom = canvas.mask([
        (0.045, edge), (0.955, edge), (0.965, ground - 0.03), (0.93, ground), (0.07, ground), (0.04, ground - 0.03),
    ])  # fmt: skip
    canvas.paint(bottom, rng.uniform(190, 255) if rng.random() < 0.8 else rng.uniform(40, 90))
    seam = ground - (ground - edge) * 0.45
    canvas.shade(canvas.stroke([(0.05, seam), (0.95, seam)], 0.012), 0.7)


def _bag(canvas: Canvas, rng: Generator) -> None:
    top, bottom = rng.uniform(0.34, 0.48), rng.uniform(0.84, 0.94)
    upper, lower = rng.uniform(0.26, 0.42), rng.uniform(0.32, 0.44)
    tone = _tone(rng)
    reach = rng.uniform(0.5, 0.85) * upper
    rise = rng.uniform(0.05, 0.14)
    handle = _middle(
        (-reach, top + 0.04), (-reach * 0.7, rise + 0.05), (0, rise), (reach * 0.7, rise + 0.05), (reach, top + 0.04)
    )
    canvas.paint(canvas.stroke(curve(handle, closed=False), rng.uniform(0.03, 0.06)), tone * 0.8)
    corner = rng.uniform(0.02, 0.09)
    half = _middle((upper - corner, top), (upper, top + corner), (lower, bottom - corner), (lower - corner, bottom))
    mask = canvas.mask(mirrored(half))
    _fabric(canvas, rng, mask, tone, 0.35)
    if rng.random() < 0.5:  # a flap
        flap = mirrored(_middle((upper, top), (upper, top + 0.14), (0.12, top + rng.uniform(0.2, 0.3))))
        canvas.shade(canvas.mask(flap) & mask, 0.75)
        canvas.paint(canvas.disc((0.5, top + 0.22), 0.028), 250)
    else:
        canvas.shade(_line(canvas, upper, top + 0.06, 0.02), 0.5)
        if rng.random() < 0.5:
            canvas.shade(canvas.stroke(closed(_block(lower * 0.6, top + 0.3, bottom - 0.08)), 0.016), 0.6)


def _boot(canvas: Canvas, rng: Generator) -> None:
    ground, top = rng.uniform(0.88, 0.93), rng.uniform(0.06, 0.22)
    heel = rng.uniform(0.03, 0.17)
    shaft = rng.uniform(0.4, 0.5)
    tone = rng.uniform(50, 210)
    edge = ground - 0.05  # where the sole begins
    front = [(shaft, top), (shaft + 0.03, 0.4), (shaft + 0.1, 0.55), (0.72, 0.64), (0.9, 0.74), (0.94, edge)]
    back = [(0.1, edge - heel), (0.08, 0.6), (0.12, 0.4), (0.12, top + 0.02)]
    arch = [(0.62, edge), (0.4, edge - heel * 0.6), (0.1, edge - heel)]
    cuff = [(0.12, top + 0.02), (shaft, top)]
    body = canvas.mask(np.concatenate([cuff, curve(front, closed=False), arch, curve(back, closed=False)]))
    canvas.paint(body, tone)
    canvas.shade(body, 0.75 + 0.5 * clouds(canvas, rng, 5))
    sole = [(0.95, edge), (0.95, ground), (0.6, ground), (0.36, ground - heel * 0.5), (0.33, ground), (0.1, ground)]
    canvas.paint(canvas.mask([*arch[::-1], *sole]), tone * 0.45)
    style = rng.integers(3)
    if style == 0:  # laces
        ends = [(shaft - 0.07, top + 0.1), (shaft + 0.05, top + 0.07)]
        lines = [np.add(ends, (0.018 * k, 0.09 * k)) for k in range(5)]
        canvas.paint(canvas.strokes(lines, 0.02) & body, 245 if tone < 140 else 30)
    elif style == 1:  # elastic at the side
        canvas.shade(canvas.mask([(0.23, top + 0.04), (0.36, top + 0.04), (0.32, 0.5), (0.26, 0.5)]), 0.45)
    else:  # buckle
        canvas.shade(canvas.stroke([(0.1, 0.5), (shaft + 0.1, 0.53)], 0.05) & body, 0.5)
        canvas.paint(canvas.disc((0.4, 0.52), 0.035), 250)


KINDS: dict[str, Callable[[Canvas, Generator], None]] = {
    "T-shirt": _tshirt, "Trouser": _trouser, "Pullover": _pullover, "Dress": _dress, "Coat": _coat,
    "Sandal": _sandal, "Shirt": _shirt, "Sneaker": _sneaker, "Bag": _bag, "Ankle boot": _boot,
}  # fmt: skip
